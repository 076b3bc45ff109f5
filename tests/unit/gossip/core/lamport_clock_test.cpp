#include "gossip/core/lamport_clock.hpp"

#include <gtest/gtest.h>

namespace weft::gossip {
namespace {

TEST(LamportClock, IsAlwaysBeyondWhatItSaw) {
    LamportClock clock;
    EXPECT_EQ(clock.tick(), 1u);
    EXPECT_EQ(clock.time(), 2u);
    EXPECT_TRUE(clock.witness(1));
    EXPECT_EQ(clock.time(), 2u);
    EXPECT_TRUE(clock.witness(2));
    EXPECT_EQ(clock.time(), 3u);
    EXPECT_TRUE(clock.witness(100));
    EXPECT_EQ(clock.tick(), 101u);
}

TEST(LamportClock, DoesNotBelieveALeap) {
    LamportClock clock;
    EXPECT_FALSE(clock.witness(~std::uint64_t{0}));
    EXPECT_FALSE(clock.witness(LamportClock::kLeapMax + 1));
    EXPECT_EQ(clock.time(), 1u);
    EXPECT_TRUE(clock.witness(LamportClock::kLeapMax));
}

TEST(LamportClock, IsRestoredHoweverFarItWas) {
    LamportClock clock;
    clock.restore(std::uint64_t{1} << 40);
    EXPECT_EQ(clock.time(), std::uint64_t{1} << 40);
    clock.restore(5);
    EXPECT_EQ(clock.time(), std::uint64_t{1} << 40);
}

TEST(LamportClock, OfTheRingThatIsJoinedIsTakenOver) {
    LamportClock clock;
    const std::uint64_t far = 5 * LamportClock::kLeapMax;
    EXPECT_FALSE(clock.witness(far));
    EXPECT_TRUE(clock.take_over(far));
    EXPECT_EQ(clock.time(), far + 1);
    EXPECT_TRUE(clock.witness(far + 7));
}

TEST(LamportClock, NeverComesNearItsEnd) {
    LamportClock clock;
    EXPECT_FALSE(clock.take_over(~std::uint64_t{0}));
    clock.restore(~std::uint64_t{0});
    EXPECT_EQ(clock.time(), 1u);
    clock.restore(LamportClock::kTimeMax);
    EXPECT_FALSE(clock.witness(LamportClock::kTimeMax));
    EXPECT_FALSE(clock.witness(~std::uint64_t{0}));
    EXPECT_EQ(clock.time(), LamportClock::kTimeMax);
}

}  // namespace
}  // namespace weft::gossip
