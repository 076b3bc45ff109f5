#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/config_entry/entry_kind.hpp"
#include "agent/config_entry/entry_parts.hpp"

// ingress-gateway and terminating-gateway.
namespace weft::agent {

struct IngressService {
    std::string name;  // or "*"
    std::vector<std::string> hosts;
    bool operator==(const IngressService&) const = default;
};

struct IngressListener {
    std::int64_t port = 0;
    std::string protocol;
    std::vector<IngressService> services;
    bool operator==(const IngressListener&) const = default;
};

struct IngressTls {
    bool enabled = false;
    bool operator==(const IngressTls&) const = default;
};

struct IngressGateway {
    static constexpr EntryKind kKind = EntryKind::IngressGateway;
    std::string name;
    IngressTls tls;
    std::vector<IngressListener> listeners;
    TextByName meta;
    bool operator==(const IngressGateway&) const = default;
};

struct LinkedService {
    std::string name;  // or "*"
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
    std::string sni;
    bool operator==(const LinkedService&) const = default;
};

struct TerminatingGateway {
    static constexpr EntryKind kKind = EntryKind::TerminatingGateway;
    std::string name;
    std::vector<LinkedService> services;
    TextByName meta;
    bool operator==(const TerminatingGateway&) const = default;
};

// ---- names of the fields

template <class Visitor, MaybeConstOf<IngressService> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit.always(EntryField{"Hosts", "hosts"}, part.hosts);
}

template <class Visitor, MaybeConstOf<IngressListener> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Port", "port"}, part.port);
    visit.always(EntryField{"Protocol", "protocol"}, part.protocol);
    visit.always(EntryField{"Services", "services"}, part.services);
}

template <class Visitor, MaybeConstOf<IngressTls> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Enabled", "enabled"}, part.enabled);
}

template <class Visitor, MaybeConstOf<IngressGateway> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"TLS", "tls"}, part.tls);
    visit.always(EntryField{"Listeners", "listeners"}, part.listeners);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<LinkedService> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"CAFile", "ca_file"}, part.ca_file);
    visit(EntryField{"CertFile", "cert_file"}, part.cert_file);
    visit(EntryField{"KeyFile", "key_file"}, part.key_file);
    visit(EntryField{"SNI", "sni"}, part.sni);
}

template <class Visitor, MaybeConstOf<TerminatingGateway> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Services", "services"}, part.services);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

}  // namespace weft::agent
