#include "gossip/core/suspicion.hpp"

#include <gtest/gtest.h>

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

TEST(Suspicion, WaitsOfMixedRingsAgree) {
    const auto lan = [](std::size_t members) { return suspicion_for(members, 4, 6, 1s); };
    EXPECT_EQ(lan(3).min, 4s);
    EXPECT_EQ(lan(3).confirmations, 0);
    EXPECT_EQ(lan(4).confirmations, 2);
    EXPECT_EQ(lan(10).min, 4s);
    EXPECT_EQ(lan(10).max, 24s);
    EXPECT_EQ(lan(100).min, 8s);
    EXPECT_EQ(lan(100).max, 48s);
    EXPECT_EQ(lan(50).min, 4 * 1698ms) << "the logarithm is cut off at thousandths";
    EXPECT_EQ(lan(10'000).min, 16s);
    EXPECT_EQ(lan(0).min, 4s);
}

TEST(Suspicion, FurtherAccusersShortenTheWait) {
    Suspicion suspicion({.min = 4s, .max = 24s, .confirmations = 2}, "a", false, kStart);
    EXPECT_EQ(suspicion.deadline(), kStart + 24s);
    EXPECT_FALSE(suspicion.confirm("a")) << "gossip repeats itself";
    EXPECT_EQ(suspicion.deadline(), kStart + 24s);
    EXPECT_TRUE(suspicion.confirm("b"));
    EXPECT_EQ(suspicion.deadline(), kStart + 11381ms);
    EXPECT_FALSE(suspicion.confirm("b"));
    EXPECT_TRUE(suspicion.confirm("c"));
    EXPECT_EQ(suspicion.deadline(), kStart + 4s);
    EXPECT_FALSE(suspicion.confirm("d")) << "enough are counted";
    EXPECT_EQ(suspicion.accusers().size(), 3u);
}

TEST(Suspicion, WhomNobodySecondsWaitsTwiceAsLong) {
    Suspicion suspicion({.min = 4s, .max = 24s, .confirmations = 2}, "self", true, kStart);
    EXPECT_EQ(suspicion.deadline(), kStart + 48s);
    EXPECT_TRUE(suspicion.confirm("b"));
    EXPECT_EQ(suspicion.deadline(), kStart + 11381ms) << "as of any accuser";
    const Suspicion pair({.min = 4s, .max = 24s, .confirmations = 0}, "self", true, kStart);
    EXPECT_EQ(pair.deadline(), kStart + 4s) << "nobody is there to second it";
}

TEST(Suspicion, WithoutOthersToConfirmTheShortestWaitHolds) {
    Suspicion suspicion({.min = 4s, .max = 24s, .confirmations = 0}, "a", false, kStart);
    EXPECT_EQ(suspicion.deadline(), kStart + 4s);
    EXPECT_FALSE(suspicion.confirm("b"));
}

}  // namespace
}  // namespace weft::gossip
