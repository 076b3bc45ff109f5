#include "agent/runtime/join_schedule.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weft::agent {
namespace {

using namespace std::chrono_literals;

std::vector<gossip::Endpoint> hosts(int count) {
    std::vector<gossip::Endpoint> known;
    for (int i = 0; i < count; ++i) {
        known.push_back({IpAddress::v4({10, 0, 0, static_cast<std::uint8_t>(i)}), 8301});
    }
    return known;
}

TEST(JoinSchedule, AsksAllAFewAtATimeAgainAndAgain) {
    JoinSchedule schedule(hosts(40), 30s, Rng(1));
    ASSERT_EQ(schedule.tries_in_round(), 5u);
    std::multiset<gossip::Endpoint> asked;
    for (int i = 0; i < 10; ++i) {
        const auto some = schedule.next();
        EXPECT_EQ(std::set<gossip::Endpoint>(some.begin(), some.end()).size(), 8u);
        asked.insert(some.begin(), some.end());
    }
    for (const gossip::Endpoint& host : hosts(40)) EXPECT_EQ(asked.count(host), 2u) << host.str();
}

TEST(JoinSchedule, FewAreAskedOnceATry) {
    JoinSchedule schedule(hosts(3), 30s, Rng(1));
    EXPECT_EQ(schedule.next().size(), 3u);
    EXPECT_EQ(schedule.next().size(), 3u);
    JoinSchedule nobody({}, 30s, Rng(1));
    EXPECT_TRUE(nobody.is_empty());
    EXPECT_TRUE(nobody.next().empty());
    EXPECT_EQ(nobody.tries_in_round(), 0u);
}

TEST(JoinSchedule, TriesComeLessAndLessOften) {
    JoinSchedule schedule(hosts(1), 1s, Rng(1));
    for (const Duration pause : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        EXPECT_EQ(schedule.pause(), pause);
    }
    schedule.begin_again();
    EXPECT_EQ(schedule.pause(), 100ms);
    EXPECT_EQ(schedule.pause(), 200ms);
}

}  // namespace
}  // namespace weft::agent
