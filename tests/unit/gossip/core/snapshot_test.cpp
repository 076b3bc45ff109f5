#include <gtest/gtest.h>

#include <string>

#include "gossip/core/snapshot.hpp"

namespace weft::gossip {
namespace {

TEST(Snapshot, ComesBackFromItsText) {
    Snapshot snapshot;
    snapshot.alive = {{"a name with spaces", *Endpoint::parse("127.0.0.2:7946")},
                      {"six", *Endpoint::parse("[::1]:8301")}};
    snapshot.clocks = {7, 8, 9};
    snapshot.incarnation = 12;
    snapshot.left = true;
    const Snapshot again = Snapshot::parse(snapshot.text());
    EXPECT_EQ(again.alive, snapshot.alive);
    EXPECT_EQ(again.clocks.member, 7u);
    EXPECT_EQ(again.clocks.event, 8u);
    EXPECT_EQ(again.clocks.query, 9u);
    EXPECT_EQ(again.incarnation, 12u);
    EXPECT_TRUE(again.left);
}

TEST(Snapshot, TakesOverOneOfSerf) {
    const Snapshot read = Snapshot::parse(
        "alive: a 127.0.0.1:7946\n"
        "alive: b 127.0.0.2:7946\n"
        "coordinate: whatever\n"
        "not-alive: a\n"
        "clock: 4\n"
        "alive: b 127.0.0.3:7946\n"
        "clock: 5\n"
        "event-clock: 99999999999999999999999\n"
        "alive: broken 127.0.0.1\n"
        "alive: cut");
    ASSERT_EQ(read.alive.size(), 1u);
    EXPECT_EQ(read.alive.front().first, "b");
    EXPECT_EQ(read.alive.front().second.str(), "127.0.0.3:7946");
    EXPECT_EQ(read.clocks.member, 5u);
    EXPECT_EQ(read.clocks.event, 0u);
    EXPECT_FALSE(read.left);
}

TEST(Snapshot, IncarnationsRiseWithTheTimeAndNeverFall) {
    NodeConfig config;
    resume(config, {}, 1'577'836'800 + 1000);
    EXPECT_EQ(config.incarnation, 1000u);
    Snapshot ahead;
    ahead.incarnation = 5000;
    resume(config, ahead, 1'577'836'800 + 1000);
    EXPECT_EQ(config.incarnation, 5001u);
    resume(config, {}, 0);  // a clock that was never set
    EXPECT_EQ(config.incarnation, 1u);
}

TEST(Snapshot, NumbersThatCannotBeAreNotTakenOver) {
    NodeConfig config;
    Snapshot snapshot;
    snapshot.clocks = {~LamportTime{0}, LamportTime{1} << 61, LamportTime{1} << 62};
    snapshot.incarnation = 0xffffffff;
    resume(config, snapshot, 0);
    EXPECT_EQ(config.incarnation, 1u);
    EXPECT_EQ(config.member_clock, 1u);
    EXPECT_EQ(config.event_time_min, 0u);
    EXPECT_EQ(config.query_time_min, 0u);
}

TEST(Endpoint, IsReadAsItIsWritten) {
    for (const std::string_view text : {"127.0.0.1:7946", "[::1]:1", "[fe80::1]:65535"}) {
        const auto endpoint = Endpoint::parse(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(endpoint->str(), text);
    }
    for (const std::string_view bad : {"", "127.0.0.1", "::1:7946", "[127.0.0.1]:7946",
                                       "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:7x", "[]:1"}) {
        EXPECT_FALSE(Endpoint::parse(bad)) << bad;
    }
}

}  // namespace
}  // namespace weft::gossip
