#include "api/dns/name_lookup.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

const Zones kZones{*DnsName::from_text("consul"), *DnsName::from_text("alt.example"), "dc1"};

struct Case {
    const char* name;
    RecordType type;
    NameKind kind;
    const char* asked;
    const char* tag;
};

TEST(NameLookup, SplitsNames) {
    constexpr auto A = RecordType::A;
    constexpr auto SRV = RecordType::SRV;
    const std::vector<Case> table = {
        {"n1.node.consul", A, NameKind::Node, "n1", ""},
        {"n1.node.dc1.consul", A, NameKind::Node, "n1", ""},
        {"n1.node.dc1.dc.consul", A, NameKind::Node, "n1", ""},
        {"n1.node.default.ns.dc1.dc.consul", A, NameKind::Node, "n1", ""},
        {"n1.node.other.ns.dc1.dc.consul", A, NameKind::Invalid, "", ""},
        {"n1.node.dc2.consul", A, NameKind::Invalid, "", ""},
        {"n1.node.dc1.dc1.consul", A, NameKind::Invalid, "", ""},
        {"a.b.node.consul", A, NameKind::Node, "a.b", ""},
        {"node.consul", A, NameKind::Invalid, "", ""},
        {"n1.node.alt.example", A, NameKind::Node, "n1", ""},
        {"n1.node.example", A, NameKind::Outside, "", ""},
        {"n1.node.xconsul", A, NameKind::Outside, "", ""},
        {"consul", A, NameKind::Invalid, "", ""},
        {"web.service.consul", A, NameKind::Service, "web", ""},
        {"v1.web.service.dc1.consul", A, NameKind::Service, "web", "v1"},
        {"a.b.web.service.consul", A, NameKind::Service, "web", "a.b"},
        {"node.service.consul", A, NameKind::Service, "node", ""},
        {"service.consul", A, NameKind::Invalid, "", ""},
        {"_web._tcp.service.consul", SRV, NameKind::Service, "web", ""},
        {"_web._tcp.service.consul", A, NameKind::Service, "web", ""},
        {"_web._v1.service.consul", SRV, NameKind::Service, "web", "v1"},
        {"_web._tcp.consul", SRV, NameKind::Service, "web", ""},
        {"_web._tcp.dc1.consul", SRV, NameKind::Service, "web", ""},
        {"_web._tcp.consul", A, NameKind::Invalid, "", ""},
        {"_a._web._tcp.service.consul", SRV, NameKind::Service, "_tcp", "_a._web"},
        {"web.connect.consul", A, NameKind::Connect, "web", ""},
        {"x.web.connect.consul", A, NameKind::Connect, "web", ""},
        {"web.ingress.consul", A, NameKind::Ingress, "web", ""},
        {"web.virtual.consul", A, NameKind::Virtual, "web", ""},
        {"a.b.query.consul", A, NameKind::PreparedQuery, "a.b", ""},
        {"0a000001.addr.consul", A, NameKind::Address, "0a000001", ""},
        {"x.0a000001.addr.consul", A, NameKind::Invalid, "", ""},
        {"1.0.0.10.in-addr.arpa", A, NameKind::Reverse, "10.0.0.1", ""},
        {"0.0.10.in-addr.arpa", A, NameKind::Reverse, "", ""},
        {"256.0.0.10.in-addr.arpa", A, NameKind::Reverse, "", ""},
        {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", A,
         NameKind::Reverse, "2001:db8::1", ""},
        {"g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", A,
         NameKind::Reverse, "", ""},
        {"arpa", A, NameKind::Reverse, "", ""},
        {"www.example.com", A, NameKind::Outside, "", ""},
        {"", A, NameKind::Outside, "", ""},
    };
    for (const Case& each : table) {
        const NameLookup lookup = look_up_name(*DnsName::from_text(each.name), each.type, kZones);
        EXPECT_EQ(lookup.kind, each.kind) << each.name;
        EXPECT_EQ(lookup.name, each.asked) << each.name;
        EXPECT_EQ(lookup.tag, each.tag) << each.name;
    }
}

TEST(NameLookup, DotsInsideOfLabelsAreNoSeparators) {
    const std::uint8_t wire[] = {11,  'w', 'e', 'b', '.', 's', 'e', 'r', 'v', 'i',
                                 'c', 'e', 6,   'c', 'o', 'n', 's', 'u', 'l', 0};
    // One label "web.service" has 11 bytes.
    const auto name = DnsName::from_wire(wire);
    ASSERT_TRUE(name);
    EXPECT_EQ(look_up_name(*name, RecordType::A, kZones).kind, NameKind::Invalid);
}

TEST(NameLookup, TheLongerZoneWins) {
    const Zones zones{*DnsName::from_text("consul"), *DnsName::from_text("dc1.consul"), "dc1"};
    const NameLookup lookup =
        look_up_name(*DnsName::from_text("n1.node.dc1.consul"), RecordType::A, zones);
    EXPECT_EQ(lookup.kind, NameKind::Node);
    EXPECT_EQ(lookup.name, "n1");
}

}  // namespace
}  // namespace weft::api
