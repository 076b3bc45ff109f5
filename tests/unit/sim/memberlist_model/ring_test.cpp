#include "tests/sim/memberlist_model/ring.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/memberlist_model/rounds.hpp"

namespace weft::sim::model {
namespace {

using std::chrono::seconds;

// What stock agents were measured to take on a loopback (10 and 50 agents, from the kill to the
// last who says failed), and what the algorithm's arithmetic gives at 1,000.
TEST(MemberlistModel, CrashesAreKnownWhenStockAgentsKnowThem) {
    const auto p50 = [](std::size_t nodes, int rounds) {
        return crash_rounds({.nodes = nodes}, 1, rounds).all_know.seconds(50);
    };
    const double ten = p50(10, 60);
    EXPECT_GE(ten, 5.6 * 0.9);
    EXPECT_LE(ten, 7.0 * 1.1);
    const double fifty = p50(50, 60);
    EXPECT_GE(fifty, 8.6 * 0.9);
    EXPECT_LE(fifty, 9.5 * 1.1);
    EXPECT_NEAR(p50(1000, 7), 15.3, 1.5);
}

TEST(MemberlistModel, JoinsAndEventsSpreadAsMeasured) {
    const auto join = join_rounds({.nodes = 50}, 1, 60);
    EXPECT_NEAR(join.half_know.seconds(50), 0.26, 0.05);
    EXPECT_NEAR(join.all_know.seconds(50), 0.47, 0.1);
    const auto event = event_rounds({.nodes = 50}, 1, 60);
    EXPECT_NEAR(event.half_know.seconds(50), 0.25, 0.05);
    EXPECT_NEAR(event.all_know.seconds(50), 0.47, 0.1);
}

TEST(MemberlistModel, NobodyIsAccusedWhileNothingHappens) {
    Ring ring({.nodes = 20}, 3);
    int accusations = 0;
    ring.on_news = [&](NodeIndex, const Fact&) { ++accusations; };
    ring.run_until(Instant(seconds(120)));
    EXPECT_EQ(accusations, 0);
}

TEST(MemberlistModel, WhoIsAccusedWronglyRefutes) {
    Ring ring({.nodes = 20, .loss = 0.3}, 3);
    ring.run_until(Instant(seconds(300)));
    for (NodeIndex node = 0; node < 20; ++node) {
        for (NodeIndex other = 0; other < 20; ++other) {
            EXPECT_NE(ring.state(node, other), State::Dead);
        }
    }
}

TEST(MemberlistModel, TheSameSeedGivesTheSameTimes) {
    const auto one = crash_rounds({.nodes = 30}, 5, 3);
    const auto two = crash_rounds({.nodes = 30}, 5, 3);
    EXPECT_EQ(one.all_know.seconds(100), two.all_know.seconds(100));
    EXPECT_EQ(one.facts_sent, two.facts_sent);
}

TEST(ProbeOrder, IsAPermutationOfItsOwn) {
    for (const std::size_t size : {1, 2, 3, 10, 50, 1000}) {
        std::set<std::size_t> seen;
        const ProbeOrder order(size, 42);
        for (std::size_t i = 0; i < size; ++i) seen.insert(order.at(i));
        EXPECT_EQ(seen.size(), size);
        EXPECT_LT(*seen.rbegin(), size);
    }
    EXPECT_NE(ProbeOrder(1000, 1).at(0), ProbeOrder(1000, 2).at(0));
}

}  // namespace
}  // namespace weft::sim::model
