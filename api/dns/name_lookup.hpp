#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/dns/message.hpp"
#include "api/dns/name.hpp"

namespace weft::api {

enum class NameKind : std::uint8_t {
    Outside,  // of our domains and of arpa: for the recursors
    Node,
    Service,
    Connect,
    Ingress,
    PreparedQuery,
    Virtual,
    Address,  // <hex>.addr
    Reverse,  // in-addr.arpa, ip6.arpa; name is the address in text, empty when the name gives none
    Invalid,  // in our domain, of no known form or of another datacenter: NXDOMAIN
};

// What a name asks for. All texts are lower case, as names are looked up without regard to case.
struct NameLookup {
    NameKind kind = NameKind::Outside;
    std::string name;  // node, service, prepared query, hex digits or address
    std::string tag;   // of services; empty: any
};

// The zones that a server answers for.
struct Zones {
    DnsName domain;
    DnsName alternative;  // the root: none
    std::string datacenter;
};

// Splits a lower-case name. type matters, since SRV questions may leave the word "service" out (RFC
// 2782 style).
//
//   <node>.node[.<dc>].<domain>              [<tag>.]<service>.service[.<dc>].<domain>
//   <prepared query>.query[.<dc>].<domain>   _<prepared query>._tcp.query[.<dc>]...
//   _<service>._<tag>[.service][.<dc>]...    <service>.connect[.<dc>]...   <hex>.addr[.<dc>]...
//
// Newer Consul's spelled-out suffixes (<dc>.dc, default.ns, default.ap) are understood too.
NameLookup look_up_name(const DnsName& name, RecordType type, const Zones& zones);

}  // namespace weft::api
