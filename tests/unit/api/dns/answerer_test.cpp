#include "api/dns/answerer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/api/dns/dns_testing.hpp"

namespace weft::api::testing {
namespace {

// An answerer over a catalog, asked in one line.
class Asked {
public:
    explicit Asked(DnsConfig config = {})
        : answerer_(std::make_shared<DnsSettings>(std::move(config)), 3) {}

    TestCatalog catalog;

    Read operator()(const Ask& ask, Transport transport = Transport::Udp,
                    const std::vector<ExternalAnswer>* known = nullptr) {
        const Bytes packet = packet_of(ask);
        const auto query = parse_query(as_bytes(packet));
        EXPECT_TRUE(query);
        Bytes out(kMaxDnsMessageBytes);
        last = answerer_.answer(catalog.view(), query.value(), transport, WallTime{}, out, known);
        if (last.action != Answered::Action::Send) return {};
        out.resize(last.size);
        return read_answer(out);
    }
    Read operator()(const std::string& name, const std::string& type) {
        return (*this)({.name = name, .type = type_of(type), .subnet = {}});
    }

    void fill(const std::string& service, int count) {
        for (int i = 0; i < count; ++i) {
            const std::string node = fmt::format("m{:03}", i);
            catalog.node(node, fmt::format("10.2.{}.{}", i / 200, i % 200 + 1));
            catalog.service({.node = node,
                             .id = {},
                             .name = service,
                             .address = {},
                             .port = 1000 + i,
                             .tags = {}});
        }
    }

    const RecordCache& cache() const { return answerer_.cache(); }
    Answered last;

private:
    Answerer answerer_;
};

Ask ask(const std::string& name, const std::string& type, std::uint16_t edns = 0) {
    return {.name = name, .type = type_of(type), .edns = edns, .subnet = {}};
}

TEST(Answerer, TruncationIsSaidUnlessSwitchedOff) {
    Asked asked;
    asked.fill("many", 40);
    const Read cut = asked("many.service.consul", "A");
    EXPECT_EQ(cut.answer.size(), 3u);
    EXPECT_TRUE(cut.has_flag("tc"));
    EXPECT_LE(cut.size, 512u);
    const Read whole = asked(ask("many.service.consul", "A"), Transport::Tcp);
    EXPECT_EQ(whole.answer.size(), 40u);
    EXPECT_FALSE(whole.has_flag("tc"));

    DnsConfig silent;
    silent.enable_truncate = false;
    Asked quiet(silent);
    quiet.fill("many", 40);
    EXPECT_FALSE(quiet("many.service.consul", "A").has_flag("tc"));
}

TEST(Answerer, AnswersFitWhatTheClientTakes) {
    Asked asked;
    asked.fill("many", 250);
    for (const char* type : {"A", "SRV", "ANY"})
        for (const std::uint16_t size :
             std::initializer_list<std::uint16_t>{512, 513, 600, 1232, 1400, 4096, 8192, 65535}) {
            const Read read = asked(ask("many.service.consul", type, size));
            EXPECT_LE(read.size, size) << type;
            EXPECT_FALSE(read.answer.empty());
            EXPECT_EQ(read.has_flag("tc"), read.answer.size() < 250);
            if (std::string(type) == "SRV") {
                EXPECT_EQ(read.additional.size(), read.answer.size());
            }
        }
    EXPECT_EQ(asked(ask("many.service.consul", "SRV", 1232)).answer.size(), 21u);
}

TEST(Answerer, HugeServicesFitIntoTcp) {
    Asked asked;
    asked.fill("many", 5000);
    for (const char* type : {"A", "SRV"}) {
        const Read read = asked(ask("many.service.consul", type), Transport::Tcp);
        EXPECT_LE(read.size, 65523u);
        EXPECT_TRUE(read.has_flag("tc"));
        EXPECT_GT(read.answer.size(), 900u);
        EXPECT_LE(read.answer.size(), std::string(type) == "SRV" ? 1024u : 4096u);
    }
}

TEST(Answerer, OrderIsUniformlyRandom) {
    Asked asked;
    asked.fill("web", 10);
    std::map<std::string, int> seen;
    constexpr int kRounds = 4000;
    for (int i = 0; i < kRounds; ++i)
        for (const std::string& record : asked("web.service.consul", "A").answer) ++seen[record];
    ASSERT_EQ(seen.size(), 10u);
    // 3 of 10 each: 1200 expected, deviation 29.
    for (const auto& [record, count] : seen) EXPECT_NEAR(count, 1200, 200) << record;
}

TEST(Answerer, ReadyMadeRecordsFollowTheCatalog) {
    Asked asked;
    asked.fill("web", 3);
    const Ask question = ask("web.service.consul", "A", 1232);
    EXPECT_EQ(asked(question).answer.size(), 3u);
    EXPECT_FALSE(asked.last.cached);
    EXPECT_EQ(asked(question).answer.size(), 3u);
    EXPECT_TRUE(asked.last.cached);
    asked.catalog.node("other", "10.9.9.9");
    asked(question);
    EXPECT_TRUE(asked.last.cached) << "an unrelated change";

    asked.catalog.check("m001", "node-check", agent::Status::Critical);
    EXPECT_EQ(asked(question).answer.size(), 2u);
    EXPECT_FALSE(asked.last.cached);
    asked.catalog.check("m001", "node-check", agent::Status::Passing);
    EXPECT_EQ(asked(question).answer.size(), 3u);
    asked.catalog.node("m001", "10.7.7.7");
    EXPECT_EQ(asked(question).answer.back(), "web.service.consul. 0 A 10.7.7.7");
    for (int i = 0; i < 3; ++i) {
        agent::DeregisterCommand gone;
        gone.node = fmt::format("m{:03}", i);
        asked.catalog.apply(gone);
    }
    EXPECT_EQ(asked(question).rcode, "NXDOMAIN");
}

TEST(Answerer, NodesThatTheRingHoldsAbsentAreLeftOut) {
    DnsConfig plain;
    plain.disable_compression = true;  // goes through the general builder
    for (const DnsConfig& config : {DnsConfig(), plain}) {
        Asked asked(config);
        asked.fill("web", 3);
        for (const char* type : {"A", "SRV", "ANY"}) {
            SCOPED_TRACE(type);
            asked.catalog.hold({});
            EXPECT_EQ(asked("web.service.consul", type).answer.size(), 3u);
            asked.catalog.hold({{"M001", agent::Liveness::Absent}});
            EXPECT_EQ(asked("web.service.consul", type).answer.size(), 2u);
            asked.catalog.node("other", "10.9.9.9");
            EXPECT_EQ(asked("web.service.consul", type).answer.size(), 2u);
            asked.catalog.hold(
                {{"m001", agent::Liveness::Absent}, {"m002", agent::Liveness::Absent}});
            EXPECT_EQ(asked("web.service.consul", type).answer.size(), 1u);
        }
        EXPECT_EQ(asked("m001.node.consul", "A").answer.size(), 1u) << "the node still has a name";
        asked.catalog.hold({{"m000", agent::Liveness::Absent},
                            {"m001", agent::Liveness::Absent},
                            {"m002", agent::Liveness::Absent}});
        EXPECT_EQ(asked("web.service.consul", "A").rcode, "NXDOMAIN");
        asked.catalog.hold({});
        EXPECT_EQ(asked("web.service.consul", "A").answer.size(), 3u);
    }
}

TEST(Answerer, DoubtfulNodesAreTheLastResort) {
    Asked asked;
    asked.fill("web", 2);
    asked.catalog.hold({{"m000", agent::Liveness::Doubtful}, {"m001", agent::Liveness::Doubtful}});
    EXPECT_EQ(asked("web.service.consul", "A").answer.size(), 2u);
    asked.catalog.hold({{"m000", agent::Liveness::Doubtful}, {"m001", agent::Liveness::Absent}});
    EXPECT_EQ(asked("web.service.consul", "A").answer,
              std::vector<std::string>{"web.service.consul. 0 A 10.2.0.1"});
    asked.catalog.hold({{"m000", agent::Liveness::Doubtful}});
    EXPECT_EQ(asked("web.service.consul", "A").answer,
              std::vector<std::string>{"web.service.consul. 0 A 10.2.0.2"});
    asked.catalog.check("m001", "node-check", agent::Status::Critical);
    EXPECT_EQ(asked("web.service.consul", "A").answer,
              std::vector<std::string>{"web.service.consul. 0 A 10.2.0.1"});
}

TEST(Answerer, ReadyMadeAndComposedAnswersAreTheSame) {
    DnsConfig plain;
    plain.disable_compression = true;  // goes through the general builder
    Asked ready, composed(plain);
    for (Asked* asked : {&ready, &composed}) {
        asked->fill("web", 30);
        asked->catalog.node("meta", "10.8.0.1", {{"k", "v"}, {"long", std::string(300, 'x')}});
        asked->catalog.node("six", "2001:db8::1");
        asked->catalog.service({.node = "meta",
                                .id = {},
                                .name = "web",
                                .address = "10.8.0.2",
                                .port = 1,
                                .tags = {}});
        asked->catalog.service(
            {.node = "six", .id = {}, .name = "web", .address = {}, .port = 2, .tags = {}});
        asked->catalog.service(
            {.node = "six", .id = "b", .name = "web", .address = {}, .port = 2, .tags = {}});
    }
    for (const char* type : {"A", "AAAA", "SRV", "ANY", "TXT", "MX", "CNAME"}) {
        const Read a = ready(ask("web.service.consul", type), Transport::Tcp);
        const Read b = composed(ask("web.service.consul", type), Transport::Tcp);
        EXPECT_EQ(a.answer, b.answer) << type;
        EXPECT_EQ(a.authority, b.authority) << type;
        EXPECT_EQ(a.additional, b.additional) << type;
        EXPECT_EQ(a.flags, b.flags) << type;
        EXPECT_LE(a.size, b.size);
    }
}

TEST(Answerer, TheCacheIsBounded) {
    DnsConfig config;
    config.answer_cache_bytes = 4096;
    Asked asked(config);
    for (int i = 0; i < 100; ++i) asked.fill(fmt::format("s{}", i), 3);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(asked(fmt::format("s{}.service.consul", i), "A").answer.size(), 3u);
        EXPECT_LE(asked.cache().bytes(), 4096u);
    }
    EXPECT_GT(asked.cache().entries(), 1u);
}

TEST(Answerer, MetadataGivesWayToAnswers) {
    Asked asked;
    agent::TextMap meta;
    for (int i = 0; i < 20; ++i)
        meta.emplace_back(fmt::format("key{:02}", i), std::string(60, 'v'));
    asked.catalog.node("n", "10.0.0.1", meta);
    asked.catalog.service(
        {.node = "n", .id = {}, .name = "s", .address = {}, .port = 1, .tags = {}});
    const Read node = asked("n.node.consul", "A");
    EXPECT_EQ(node.answer.size(), 1u);
    EXPECT_TRUE(node.additional.empty());
    EXPECT_FALSE(node.has_flag("tc")) << "additional records are no promise";
    const Read service = asked("s.service.consul", "SRV");
    EXPECT_EQ(service.answer.size(), 1u);
    EXPECT_EQ(service.additional.size(), 1u);
    EXPECT_FALSE(service.has_flag("tc"));
    const Read text = asked("n.node.consul", "TXT");
    EXPECT_TRUE(text.has_flag("tc"));
    EXPECT_LE(text.size, 512u);
    EXPECT_EQ(asked(ask("n.node.consul", "TXT"), Transport::Tcp).answer.size(), 20u);
}

TEST(Answerer, MetadataIsQuoted) {
    Asked asked;
    asked.catalog.node("n", "10.0.0.1", {{"  a=`b ", "x`y=z"}, {"RFC1035-v", "plain"}});
    EXPECT_EQ(asked("n.node.consul", "TXT").answer,
              (std::vector<std::string>{"n.node.consul. 0 TXT \"` ` a`=``b` =x``y=z\"",
                                        "n.node.consul. 0 TXT \"plain\""}));
}

TEST(Answerer, TaggedAddressesOfTheAskedFamily) {
    Asked asked;
    asked.catalog.node("n", "10.0.0.1", {},
                       {{"lan_ipv4", "10.0.0.4"}, {"lan_ipv6", "2001:db8::6"}});
    asked.catalog.service(
        {.node = "n", .id = {}, .name = "s", .address = {}, .port = 1, .tags = {}});
    EXPECT_EQ(asked("n.node.consul", "A").answer.at(0), "n.node.consul. 0 A 10.0.0.4");
    EXPECT_EQ(asked("n.node.consul", "AAAA").answer.at(0), "n.node.consul. 0 AAAA 2001:db8::6");
    EXPECT_EQ(asked("s.service.consul", "AAAA").answer.at(0),
              "s.service.consul. 0 AAAA 2001:db8::6");
}

// As Consul 1.8.7 answered: that of IPv6 before that of IPv4, and a name for the address itself.
TEST(Answerer, SrvTargetsAreTaggedAddresses) {
    Asked asked;
    asked.catalog.node("four", "10.9.9.4", {}, {{"lan_ipv4", "10.9.9.40"}});
    asked.catalog.node("both", "host3.example.org", {},
                       {{"lan_ipv4", "10.9.9.6"}, {"lan_ipv6", "2001:db8::5"}});
    asked.catalog.node("same", "10.9.9.7", {}, {{"lan_ipv4", "10.9.9.7"}});
    for (const char* node : {"four", "both", "same"})
        asked.catalog.service(
            {.node = node, .id = {}, .name = node, .address = {}, .port = 1, .tags = {}});
    const auto four = asked("four.service.consul", "SRV");
    EXPECT_EQ(four.answer.at(0), "four.service.consul. 0 SRV 1 1 1 0a090928.addr.dc1.consul.");
    EXPECT_EQ(four.additional.at(0), "0a090928.addr.dc1.consul. 0 A 10.9.9.40");
    const auto both = asked("both.service.consul", "SRV");
    EXPECT_EQ(both.additional.at(0),
              "20010db8000000000000000000000005.addr.dc1.consul. 0 AAAA 2001:db8::5");
    EXPECT_EQ(asked("same.service.consul", "SRV").answer.at(0),
              "same.service.consul. 0 SRV 1 1 1 same.node.dc1.consul.");
}

TEST(Answerer, AliasesAreFollowedThreeDeep) {
    Asked asked;
    asked.catalog.node("a", "b.node.consul");
    asked.catalog.node("b", "c.node.consul");
    asked.catalog.node("c", "d.node.consul");
    asked.catalog.node("d", "10.0.0.1");
    asked.catalog.node("loop", "loop.node.consul");
    EXPECT_EQ(asked("a.node.consul", "A").answer,
              (std::vector<std::string>{
                  "a.node.consul. 0 CNAME b.node.consul.", "b.node.consul. 0 CNAME c.node.consul.",
                  "c.node.consul. 0 CNAME d.node.consul.", "d.node.consul. 0 A 10.0.0.1"}));
    asked.catalog.node("z", "a.node.consul");
    EXPECT_EQ(asked("z.node.consul", "A").answer.size(), 4u);
    EXPECT_EQ(asked("loop.node.consul", "A").answer.size(), 4u);
}

TEST(Answerer, ExternalNamesAreWantedThenUsed) {
    DnsConfig config;
    config.recursors = {"192.0.2.1"};
    Asked asked(config);
    asked.catalog.node("n", "10.0.0.1");
    asked.catalog.service({.node = "n",
                           .id = {},
                           .name = "ext",
                           .address = "www.example.com",
                           .port = 1,
                           .tags = {}});
    asked("ext.service.consul", "A");
    ASSERT_EQ(asked.last.action, Answered::Action::Resolve);
    ASSERT_EQ(asked.last.wanted.size(), 1u);
    EXPECT_EQ(asked.last.wanted[0].name.str(), "www.example.com.");
    const std::vector<ExternalAnswer> known = {{asked.last.wanted[0],
                                                {{*DnsName::from_text("www.example.com"),
                                                  RecordType::A,
                                                  60,
                                                  *IpAddress::parse("192.0.2.7"),
                                                  {}}}}};
    EXPECT_EQ(asked(ask("ext.service.consul", "A"), Transport::Udp, &known).answer,
              (std::vector<std::string>{"ext.service.consul. 0 CNAME www.example.com.",
                                        "www.example.com. 0 A 192.0.2.7"}));
    const Read srv = asked(ask("ext.service.consul", "SRV"), Transport::Udp, &known);
    EXPECT_EQ(srv.answer.at(0), "ext.service.consul. 0 SRV 1 1 1 www.example.com.");
    EXPECT_EQ(srv.additional.at(0), "www.example.com. 0 A 192.0.2.7");
    const std::vector<ExternalAnswer> nothing = {
        {asked.last.wanted.empty() ? known[0].name : known[0].name, {}}};
    EXPECT_EQ(asked(ask("ext.service.consul", "A"), Transport::Udp, &nothing).answer.size(), 1u);
}

TEST(Answerer, RecursorsGetTheRest) {
    DnsConfig config;
    config.recursors = {"192.0.2.1"};
    Asked asked(config);
    asked("www.example.com", "A");
    EXPECT_EQ(asked.last.action, Answered::Action::Forward);
    asked("9.9.9.10.in-addr.arpa", "PTR");
    EXPECT_EQ(asked.last.action, Answered::Action::Forward);
    EXPECT_TRUE(asked("nope.node.consul", "A").has_flag("ra"));
}

TEST(Answerer, EdnsVersionsAndClasses) {
    Asked asked;
    asked.catalog.node("n", "10.0.0.1");
    Ask newer = ask("n.node.consul", "A", 1232);
    newer.edns_version = 1;
    const Read bad = asked(newer);
    EXPECT_EQ(bad.edns_rcode, 1u);  // BADVERS is 16: its upper bits
    EXPECT_TRUE(bad.answer.empty());
    Ask chaos = ask("n.node.consul", "A");
    chaos.record_class = 3;
    EXPECT_EQ(asked(chaos).rcode, "REFUSED");
}

TEST(Answerer, NamesThatDnsCannotHoldAreLeftOut) {
    Asked asked;
    asked.catalog.node(std::string(80, 'x'), "10.0.0.1");
    asked.catalog.node("good", "10.0.0.2");
    asked.catalog.service({.node = std::string(80, 'x'),
                           .id = {},
                           .name = "s",
                           .address = {},
                           .port = 1,
                           .tags = {}});
    asked.catalog.service(
        {.node = "good", .id = {}, .name = "s", .address = {}, .port = 1, .tags = {}});
    EXPECT_EQ(asked("s.service.consul", "SRV").answer.size(), 1u);
    EXPECT_EQ(asked("s.service.consul", "A").answer.size(), 2u);
    EXPECT_EQ(asked("1.0.0.10.in-addr.arpa", "PTR").rcode, "SERVFAIL");
}

TEST(Answerer, AnyQueryGetsAReadableAnswer) {
    Asked asked;
    asked.fill("web", 12);
    Rng rng(11);
    const Bytes base = packet_of(ask("v1.web.service.dc1.consul", "SRV", 1232));
    Answerer answerer(std::make_shared<DnsSettings>(DnsConfig{}), 5);
    Bytes out(kMaxDnsMessageBytes);
    for (int round = 0; round < 20'000; ++round) {
        Bytes packet = base;
        for (std::uint64_t i = rng.below(4); i-- > 0;)
            packet[12 + rng.below(packet.size() - 12)] = static_cast<std::uint8_t>(rng.next());
        const auto query = parse_query(as_bytes(packet));
        if (!query) continue;
        const auto transport = rng.below(2) == 0 ? Transport::Udp : Transport::Tcp;
        const Answered answered =
            answerer.answer(asked.catalog.view(), query.value(), transport, WallTime{}, out);
        ASSERT_EQ(answered.action, Answered::Action::Send);
        EXPECT_NO_THROW(read_answer(
            Bytes(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(answered.size))));
    }
}

TEST(DnsSettings, TtlOfTheMostSpecificPattern) {
    DnsConfig config;
    using namespace std::chrono_literals;
    config.service_ttl = {{"*", 5s}, {"Web", 10s}, {"db*", 20s}, {"db-main*", 25s}};
    const DnsSettings settings(config);
    EXPECT_EQ(settings.service_ttl("web"), 10u);
    EXPECT_EQ(settings.service_ttl("web2"), 5u);
    EXPECT_EQ(settings.service_ttl("db"), 20u);
    EXPECT_EQ(settings.service_ttl("db-main-x"), 25u);
    EXPECT_EQ(DnsSettings(DnsConfig{}).service_ttl("web"), 0u);
}

}  // namespace
}  // namespace weft::api::testing
