#include "api/dns/distances.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/api/dns/dns_testing.hpp"

namespace weft::api::testing {
namespace {

using Texts = std::vector<std::string>;

TEST(Distances, KnowsNodesWithoutRegardToCase) {
    const Distances distances({{"b", 2}, {"A", 1}, {"c", 3}});
    EXPECT_EQ(distances.seconds_to("a"), 1);
    EXPECT_EQ(distances.seconds_to("B"), 2);
    EXPECT_EQ(distances.seconds_to("d"), std::nullopt);
    EXPECT_EQ(Distances().seconds_to("a"), std::nullopt);
}

TEST(Distances, TheNoiseIsAbsoluteThenAShare) {
    EXPECT_EQ(distance_noise(0), 0) << "the own node";
    EXPECT_EQ(distance_noise(0.0002), 0.0005);
    EXPECT_DOUBLE_EQ(distance_noise(0.100), 0.010);
}

std::vector<std::uint32_t> tiers(std::vector<double> seconds) {
    std::vector<agent::NodeRow> rows(seconds.size());
    std::vector<Distances::Node> nodes;
    std::vector<ServedInstance> instances;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        rows[i].name = fmt::format("n{}", i);
        if (seconds[i] >= 0) nodes.push_back({rows[i].name.str(), seconds[i]});
        instances.push_back({&rows[i], nullptr, 1, 0});
    }
    rank_by_distance(instances, Distances(nodes));
    std::vector<std::uint32_t> found(seconds.size());
    std::uint32_t before = 0;
    for (const ServedInstance& instance : instances) {
        EXPECT_GE(instance.tier, before);
        before = instance.tier;
        found[static_cast<std::size_t>(instance.node - rows.data())] = instance.tier;
    }
    return found;
}

TEST(RankByDistance, WhatDiffersByNoiseSharesATier) {
    using Tiers = std::vector<std::uint32_t>;
    constexpr double kUnknown = -1;
    EXPECT_EQ(tiers({}), Tiers{});
    EXPECT_EQ(tiers({0.030, 0.0003, 0, 0.0007, 0.0012}), (Tiers{3, 1, 0, 1, 2}));
    EXPECT_EQ(tiers({0.100, 0.109, 0.112}), (Tiers{0, 0, 1})) << "measured from the nearest one";
    EXPECT_EQ(tiers({kUnknown, 0.5, kUnknown}), (Tiers{1, 0, 1}));
    EXPECT_EQ(tiers({kUnknown, kUnknown}), (Tiers{0, 0}));
}

// Both ways to an answer: with ready-made records, and composed (without compression).
class SortedAnswers : public ::testing::TestWithParam<bool> {
protected:
    SortedAnswers() {
        config_.disable_compression = GetParam();
        config_.sort_by_distance = true;
        // Nodes m0 to m8, an instance each; m0 is this agent's own.
        for (int i = 0; i < 9; ++i) add("web", i, 1000);
        distances_ = {{"m0", 0},     {"M1", 0.0010}, {"m2", 0.0011}, {"m3", 0.0013},
                      {"m4", 0.020}, {"m5", 0.0205}, {"m6", 0.080}};
    }

    void add(const std::string& name, int node, int port, const std::string& address = {}) {
        catalog_.node(fmt::format("m{}", node), fmt::format("10.0.0.{}", node));
        catalog_.service({.node = fmt::format("m{}", node),
                          .id = fmt::format("{}-{}", name, port),
                          .name = name,
                          .address = address,
                          .port = port,
                          .tags = {"blue"}});
    }
    void configure() {
        answerer_.configure(std::make_shared<DnsSettings>(config_));
        answerer_.set_distances(std::make_shared<const Distances>(distances_));
    }
    Read ask(const std::string& name, const std::string& type, Transport transport,
             std::uint16_t edns = 0) {
        const Bytes packet = packet_of(
            {.name = name + ".consul", .type = type_of(type), .edns = edns, .subnet = {}});
        const auto query = parse_query(as_bytes(packet));
        EXPECT_TRUE(query);
        Bytes out(kMaxDnsMessageBytes);
        last_ = answerer_.answer(catalog_.view(), query.value(), transport, WallTime{}, out);
        EXPECT_EQ(last_.action, Answered::Action::Send);
        out.resize(last_.size);
        return read_answer(out);
    }
    // The numbers of the nodes, in the order of the answer.
    std::string order(const std::string& name, const std::string& type = "A",
                      Transport transport = Transport::Tcp, std::uint16_t edns = 0) {
        std::string nodes;
        for (const std::string& record : ask(name, type, transport, edns).answer_as_sent)
            nodes += type == "SRV" ? record.at(record.find(" m") + 2) : record.back();
        return nodes;
    }
    // All that came at a place in some rounds.
    std::vector<std::set<char>> places(const std::string& name, const std::string& type,
                                       Transport transport = Transport::Tcp) {
        std::vector<std::set<char>> seen;
        for (int i = 0; i < 200; ++i) {
            const std::string nodes = order(name, type, transport);
            seen.resize(std::max(seen.size(), nodes.size()));
            for (std::size_t place = 0; place < nodes.size(); ++place)
                seen[place].insert(nodes[place]);
        }
        return seen;
    }

    TestCatalog catalog_;
    DnsConfig config_;
    std::vector<Distances::Node> distances_;
    Answerer answerer_{std::make_shared<DnsSettings>(DnsConfig{}), 5};
    Answered last_;
};

INSTANTIATE_TEST_SUITE_P(ReadyMadeAndComposed, SortedAnswers, ::testing::Bool());

using Places = std::vector<std::set<char>>;
const std::set<char> kOwn = {'0'}, kNear = {'1', '2', '3'}, kFar = {'4', '5'}, kFarther = {'6'},
                     kUnknown = {'7', '8'};
const Places kSorted = {kOwn, kNear, kNear, kNear, kFar, kFar, kFarther, kUnknown, kUnknown};

TEST_P(SortedAnswers, NearestFirstAndEqualOnesShuffled) {
    configure();
    for (const char* type : {"A", "SRV", "ANY"})
        for (const char* name :
             {"web.service", "blue.web.service", "_web._tcp.service", "_web._blue.service"})
            EXPECT_EQ(places(name, type), kSorted) << name << " " << type;
}

TEST_P(SortedAnswers, EqualOnesAreUniformlyRandom) {
    configure();
    std::map<std::string, int> seen;
    for (int i = 0; i < 6000; ++i) ++seen[order("web.service").substr(1, 3)];
    ASSERT_EQ(seen.size(), 6u);
    // 1000 expected of each order, deviation 29.
    for (const auto& [nodes, count] : seen) EXPECT_NEAR(count, 1000, 150) << nodes;
}

TEST_P(SortedAnswers, LimitsKeepTheNearest) {
    configure();
    const Places nearest = {kOwn, kNear, kNear};
    EXPECT_EQ(places("web.service", "A", Transport::Udp), nearest) << "udp_answer_limit";
    EXPECT_EQ(places("web.service", "SRV", Transport::Udp), nearest) << "udp_answer_limit";
    const Read read = ask("web.service", "A", Transport::Udp);
    EXPECT_TRUE(read.has_flag("tc"));

    config_.a_record_limit = 5;
    configure();
    EXPECT_EQ(places("web.service", "A"), Places(kSorted.begin(), kSorted.begin() + 5));
}

TEST_P(SortedAnswers, AnAnswerThatIsTooLargeKeepsTheNearest) {
    distances_.clear();
    // Two tiers, of which the nearer is larger than a packet.
    for (int i = 0; i < 200; ++i) {
        const std::string node = fmt::format("x{}", i);
        catalog_.node(node, fmt::format("10.{}.1.{}", i % 2, i));
        catalog_.service({.node = node, .id = "s", .name = "many", .address = {}, .tags = {}});
        distances_.push_back({node, i % 2 == 0 ? 0.050 : 0.002});
    }
    configure();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const Read read = ask("many.service", "A", Transport::Udp, 600);
        EXPECT_GT(read.answer.size(), 10u);
        EXPECT_LT(read.answer.size(), 100u);
        seen.insert(read.answer.begin(), read.answer.end());
    }
    EXPECT_EQ(seen.size(), 100u) << "all of the nearer ones, and none of the others";
    for (const std::string& record : seen) EXPECT_NE(record.find(" A 10.1.1."), std::string::npos);
}

TEST_P(SortedAnswers, InstancesOfOneNodeAreShuffled) {
    for (const int port : {1, 2, 3}) add("db", 4, port, fmt::format("10.0.4.{}", port));
    add("db", 1, 4, "10.0.1.4");
    configure();
    const std::set<char> same = {'1', '2', '3'};
    EXPECT_EQ(places("db.service", "A"), (Places{{'4'}, same, same, same}));
}

TEST_P(SortedAnswers, AnAddressOfSeveralStandsWhereItIsNearest) {
    for (const int node : {6, 4, 1}) add("vip", node, 1, "10.9.9.9");
    add("vip", 2, 2, "10.0.0.2");
    add("vip", 5, 2, "10.0.0.5");
    configure();
    const std::set<char> near = {'2', '9'};
    EXPECT_EQ(places("vip.service", "A"), (Places{near, near, {'5'}}));
}

TEST_P(SortedAnswers, NewDistancesHoldAtOnce) {
    config_.a_record_limit = 1;
    configure();
    EXPECT_EQ(order("web.service"), "0");
    EXPECT_EQ(order("web.service"), "0");
    EXPECT_EQ(last_.cached, !GetParam());
    distances_ = {{"m8", 0.001}, {"m0", 0.010}};
    answerer_.set_distances(std::make_shared<const Distances>(distances_));
    EXPECT_EQ(order("web.service"), "8");
    EXPECT_EQ(order("web.service"), "8");
}

TEST_P(SortedAnswers, NothingKnownIsRandomOrder) {
    const std::set<char> all = {'0', '1', '2', '3', '4', '5', '6', '7', '8'};
    distances_.clear();
    configure();
    EXPECT_EQ(places("web.service", "A"), Places(9, all));
    answerer_.set_distances(nullptr);
    EXPECT_EQ(places("web.service", "A"), Places(9, all));
}

TEST_P(SortedAnswers, OffByDefault) {
    EXPECT_FALSE(DnsConfig().sort_by_distance);
    config_.sort_by_distance = false;
    configure();
    // The same seed, and nothing that it could be sorted by: the same answers.
    Answerer plain(std::make_shared<DnsSettings>(config_), 5);
    const Bytes packet = packet_of({.name = "web.service.consul", .subnet = {}});
    const auto query = parse_query(as_bytes(packet));
    ASSERT_TRUE(query);
    Bytes a(kMaxDnsMessageBytes), b(kMaxDnsMessageBytes);
    for (int i = 0; i < 100; ++i) {
        answerer_.answer(catalog_.view(), query.value(), Transport::Udp, WallTime{}, a);
        plain.answer(catalog_.view(), query.value(), Transport::Udp, WallTime{}, b);
        ASSERT_EQ(a, b);
    }
    const std::set<char> all = {'0', '1', '2', '3', '4', '5', '6', '7', '8'};
    EXPECT_EQ(places("web.service", "A"), Places(9, all));

    // Ready-made records don't outlive the change.
    config_.sort_by_distance = true;
    answerer_.configure(std::make_shared<DnsSettings>(config_));
    EXPECT_EQ(places("web.service", "A"), kSorted);
}

}  // namespace
}  // namespace weft::api::testing
