#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/smart_ptr/make_shared.hpp>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "api/dns/answerer.hpp"
#include "tests/unit/api/dns/dns_testing.hpp"

// What the recording of prepared queries (golden_test.cpp) does not show.
namespace weft::api::testing {
namespace {

// Three instances of db, in places that lie on a line: n1, n3, n2.
class PreparedQueries : public ::testing::Test {
protected:
    PreparedQueries() {
        auto places = boost::make_shared<agent::Coordinates>();
        const std::pair<const char*, double> nodes[] = {{"n1", 0.1}, {"n2", 0.9}, {"n3", 0.3}};
        for (const auto& [node, place] : nodes) {
            const std::string name(node);
            catalog_.node(name, "10.0.0." + name.substr(1));
            catalog_.service(
                {.node = name, .id = {}, .name = "db", .address = {}, .port = 1, .tags = {}});
            places->nodes.push_back({name, {}});
            places->nodes.back().coordinate.vector[0] = place;
        }
        places_ = places;
        config_.node_name = "n1";
    }

    void create(const char* name, const std::function<void(agent::PreparedQueryRow&)>& change) {
        agent::PreparedQueryCommand command;
        command.query.id = fmt::format("00000000-0000-0000-0000-{:012}", ++queries_);
        command.query.name = name;
        command.query.service.service = "db";
        change(command.query);
        catalog_.apply(command);
    }

    Read ask(const Ask& ask, std::optional<IpAddress> client = {}) {
        if (!answerer_) {
            answerer_.emplace(std::make_shared<DnsSettings>(config_), 1);
            answerer_->use_coordinates([this] {
                ++coordinates_read_;
                return places_;
            });
        }
        const Bytes packet = packet_of(ask);
        const auto query = parse_query(as_bytes(packet));
        EXPECT_TRUE(query);
        Bytes out(kMaxDnsMessageBytes);
        const Answered answered = answerer_->answer(catalog_.view(), query.value(),
                                                    {Transport::Udp, client}, WallTime{}, out);
        EXPECT_EQ(answered.action, Answered::Action::Send);
        out.resize(answered.size);
        return read_answer(out);
    }
    Read ask(const std::string& name, const char* type = "A",
             std::optional<IpAddress> client = {}) {
        return ask({.name = name, .type = type_of(type), .subnet = {}}, client);
    }
    // The last digits of the addresses as sent: "132".
    std::string order(const std::string& name, std::optional<IpAddress> client = {}) {
        std::string digits;
        for (const std::string& line : ask(name, "A", client).answer_as_sent) digits += line.back();
        return digits;
    }

    TestCatalog catalog_;
    DnsConfig config_;
    agent::CoordinatesPtr places_;
    int coordinates_read_ = 0;
    std::size_t queries_ = 0;
    std::optional<Answerer> answerer_;
};

TEST_F(PreparedQueries, NearInstancesComeFirst) {
    create("agent", [](auto& row) { row.service.near = "_agent"; });
    create("n2", [](auto& row) { row.service.near = "n2"; });
    create("ip", [](auto& row) { row.service.near = "_ip"; });
    create("plain", [](auto&) {});
    EXPECT_EQ(order("agent.query.consul"), "132");
    EXPECT_EQ(order("n2.query.consul"), "231");
    EXPECT_EQ(order("ip.query.consul", IpAddress::v4({10, 0, 0, 3})), "312");
    const int read = coordinates_read_;
    std::set<std::string> seen;
    for (int i = 0; i < 60; ++i) seen.insert(order("plain.query.consul"));
    EXPECT_EQ(seen.size(), 6U);
    EXPECT_EQ(order("ip.query.consul", IpAddress::v4({10, 9, 9, 9})).size(), 3U);
    EXPECT_EQ(coordinates_read_, read) << "for those that are near to something only";
}

TEST_F(PreparedQueries, TheSubnetOfAResolverGoesBeforeItsAddress) {
    create("ip", [](auto& row) { row.service.near = "_ip"; });
    const Ask asked{.name = "ip.query.consul",
                    .edns = 4096,
                    .subnet = std::string("\x00\x01\x20\x00\x0a\x00\x00\x02", 8)};
    for (int i = 0; i < 10; ++i) {
        const Read answer = ask(asked, IpAddress::v4({10, 0, 0, 3}));
        ASSERT_EQ(answer.answer_as_sent.size(), 3U);
        EXPECT_EQ(answer.answer_as_sent[0].back(), '2');
        EXPECT_EQ(answer.edns_options, "8:000120200a000002") << "right for that subnet only";
    }
    Ask service = asked;
    service.name = "db.service.consul";
    EXPECT_EQ(ask(service).edns_options, "8:000120000a000002");
    service.name = "none.query.consul";
    EXPECT_EQ(ask(service).edns_options, "8:000120200a000002");
}

TEST_F(PreparedQueries, TheirTtlGoesBeforeThatOfTheService) {
    config_.service_ttl = {{"db", std::chrono::seconds(7)}};
    create("own", [](auto& row) { row.dns_ttl = "1500ms"; });
    create("long", [](auto& row) { row.dns_ttl = "2000000h"; });
    create("t-", [](auto& row) {
        row.name_template.type = "name_prefix_match";
        row.service.service = "${name.suffix}";
    });
    const auto ttl = [&](const std::string& name) {
        std::istringstream words(ask(name).answer.at(0));
        std::string owner, seconds;
        words >> owner >> seconds;
        return seconds;
    };
    EXPECT_EQ(ttl("own.query.consul"), "1");
    EXPECT_EQ(ttl("long.query.consul"), "2147483647");
    EXPECT_EQ(ttl("T-db.query.consul"), "7");
}

TEST_F(PreparedQueries, NamesMayHaveDotsADatacenterOrOtherForms) {
    create("a.b", [](auto&) {});
    EXPECT_EQ(ask("A.b.query.consul").answer.size(), 3U);
    EXPECT_EQ(ask("a.b.query.dc1.consul").answer.size(), 3U);
    EXPECT_EQ(ask("a.b.query.dc2.consul").rcode, "NXDOMAIN");
    EXPECT_EQ(ask("query.consul").rcode, "NXDOMAIN");
    EXPECT_EQ(ask("_a.b._tcp.query.consul", "SRV").rcode, "NXDOMAIN");
    create("c", [](auto&) {});
    const Read locations = ask("_c._tcp.query.consul", "SRV");
    EXPECT_EQ(locations.answer.size(), 3U);
    EXPECT_EQ(locations.additional.size(), 3U);
    EXPECT_EQ(ask("00000000-0000-0000-0000-000000000001.query.consul").answer.size(), 3U);
}

TEST_F(PreparedQueries, AnswersAreCutAsThoseOfServices) {
    create("db", [](auto&) {});
    for (int i = 4; i < 9; ++i) {
        const std::string name = fmt::format("n{}", i);
        catalog_.node(name, fmt::format("10.0.0.{}", i));
        catalog_.service(
            {.node = name, .id = {}, .name = "db", .address = {}, .port = 1, .tags = {}});
    }
    EXPECT_EQ(ask("db.query.consul").answer.size(), 3U);
    EXPECT_EQ(ask("db.query.consul", "SRV").answer.size(), 3U);
    const Read missing = ask("db.query.consul", "AAAA");
    EXPECT_EQ(missing.rcode, "NOERROR");
    EXPECT_EQ(missing.authority.size(), 1U);
}

TEST_F(PreparedQueries, TheirOwnRuleDecidesOnHealth) {
    config_.only_passing = true;
    create("db", [](auto&) {});
    create("passing", [](auto& row) { row.service.only_passing = true; });
    catalog_.check("n1", "c", agent::Status::Warning);
    catalog_.check("n2", "c", agent::Status::Critical);
    EXPECT_EQ(ask("db.query.consul").answer.size(), 2U);
    EXPECT_EQ(ask("passing.query.consul").answer.size(), 1U);
    catalog_.check("n1", "c", agent::Status::Critical);
    catalog_.check("n3", "c", agent::Status::Critical);
    EXPECT_EQ(ask("db.query.consul").rcode, "NXDOMAIN");
}

TEST_F(PreparedQueries, ATemplateThatDoesNotWorkIsAFailure) {
    create("t-", [](auto& row) {
        row.name_template.type = "name_prefix_match";
        row.name_template.regexp = "(";
    });
    EXPECT_EQ(ask("t-db.query.consul").rcode, "SERVFAIL");
}

TEST_F(PreparedQueries, WithoutANearNodeTheDistancesOfServicesCount) {
    config_.sort_by_distance = true;
    create("plain", [](auto&) {});
    create("near", [](auto& row) { row.service.near = "n3"; });
    (void)ask("plain.query.consul");
    answerer_->set_distances(std::make_shared<const Distances>(
        std::vector<Distances::Node>{{"n1", 0.5}, {"n2", 0.0}, {"n3", 0.1}}));
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(order("plain.query.consul"), "231");
        EXPECT_EQ(order("near.query.consul"), "312");
    }
}

}  // namespace
}  // namespace weft::api::testing
