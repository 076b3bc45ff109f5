#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/config_entry/entry_field.hpp"

// What entries of several kinds consist of. A text that may be one of a few words is kept as it was
// written: entry_rules.hpp says which words it may be. A field of value zero is one that was not
// given; optional ones tell "not given" from "given, but empty".
namespace weft::agent {

using TextByName = std::map<std::string, std::string>;

// A JSON object that is handed on as it is; minified, members sorted. Empty: not given.
struct OpaqueJson {
    std::string text;
    bool operator==(const OpaqueJson&) const = default;
};

struct MeshGatewaySettings {
    std::string mode;  // "", "none", "local", "remote"
    bool operator==(const MeshGatewaySettings&) const = default;
};

struct ExposedPath {
    std::int64_t listener_port = 0;
    std::string path;
    std::int64_t local_path_port = 0;
    std::string protocol;
    bool parsed_from_check = false;
    bool operator==(const ExposedPath&) const = default;
};

struct ExposeSettings {
    bool checks = false;
    std::vector<ExposedPath> paths;
    bool operator==(const ExposeSettings&) const = default;
};

struct TransparentProxySettings {
    std::int64_t outbound_listener_port = 0;
    bool dialed_directly = false;
    bool operator==(const TransparentProxySettings&) const = default;
};

struct HeaderEdits {
    TextByName add;
    TextByName set;
    std::vector<std::string> remove;
    bool operator==(const HeaderEdits&) const = default;
};

// At most one of present, exact, prefix, suffix and regex.
struct HeaderMatch {
    std::string name;
    bool present = false;
    std::string exact;
    std::string prefix;
    std::string suffix;
    std::string regex;
    bool invert = false;
    bool operator==(const HeaderMatch&) const = default;
};

struct JwtClaim {
    std::vector<std::string> path;
    std::string value;
    bool operator==(const JwtClaim&) const = default;
};

struct JwtRequirement {
    std::string name;  // of a jwt-provider
    std::vector<JwtClaim> verify_claims;
    bool operator==(const JwtRequirement&) const = default;
};

struct JwtRequirements {
    std::vector<JwtRequirement> providers;
    bool operator==(const JwtRequirements&) const = default;
};

// ---- names of the fields

template <class Visitor, MaybeConstOf<MeshGatewaySettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Mode", "mode"}, part.mode);
}

template <class Visitor, MaybeConstOf<ExposedPath> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"ListenerPort", "listener_port"}, part.listener_port);
    visit(EntryField{"Path", "path"}, part.path);
    visit(EntryField{"LocalPathPort", "local_path_port"}, part.local_path_port);
    visit(EntryField{"Protocol", "protocol"}, part.protocol);
    visit.always(EntryField{"ParsedFromCheck", "parsed_from_check"}, part.parsed_from_check);
}

template <class Visitor, MaybeConstOf<ExposeSettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Checks", "checks"}, part.checks);
    visit(EntryField{"Paths", "paths"}, part.paths);
}

template <class Visitor, MaybeConstOf<TransparentProxySettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"OutboundListenerPort", "outbound_listener_port"},
          part.outbound_listener_port);
    visit(EntryField{"DialedDirectly", "dialed_directly"}, part.dialed_directly);
}

template <class Visitor, MaybeConstOf<HeaderEdits> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Add", "add"}, part.add);
    visit(EntryField{"Set", "set"}, part.set);
    visit(EntryField{"Remove", "remove"}, part.remove);
}

template <class Visitor, MaybeConstOf<HeaderMatch> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"Present", "present"}, part.present);
    visit(EntryField{"Exact", "exact"}, part.exact);
    visit(EntryField{"Prefix", "prefix"}, part.prefix);
    visit(EntryField{"Suffix", "suffix"}, part.suffix);
    visit(EntryField{"Regex", "regex"}, part.regex);
    visit(EntryField{"Invert", "invert"}, part.invert);
}

template <class Visitor, MaybeConstOf<JwtClaim> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Path", "path"}, part.path);
    visit(EntryField{"Value", "value"}, part.value);
}

template <class Visitor, MaybeConstOf<JwtRequirement> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"VerifyClaims", "verify_claims"}, part.verify_claims);
}

template <class Visitor, MaybeConstOf<JwtRequirements> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Providers", "providers"}, part.providers);
}

}  // namespace weft::agent
