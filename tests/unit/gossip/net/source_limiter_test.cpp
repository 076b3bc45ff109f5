#include "gossip/net/source_limiter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

Endpoint source(int number, std::string_view address = "192.0.2.1") {
    return {*IpAddress::parse(address), static_cast<std::uint16_t>(number)};
}

int admitted(SourceLimiter& limiter, const Endpoint& from, Instant now, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += limiter.admit(from, now) ? 1 : 0;
    return count;
}

constexpr SourceLimits kLimits{.per_second = 100, .burst = 200, .sources_max = 3};

}  // namespace

TEST(SourceLimiter, ABurstAndThenTheRate) {
    SourceLimiter limiter(kLimits, 1);
    const Instant start{};
    EXPECT_EQ(admitted(limiter, source(1), start, 1000), 200);
    EXPECT_EQ(admitted(limiter, source(1), start + 9ms, 1000), 0);
    EXPECT_EQ(admitted(limiter, source(1), start + 10ms, 1000), 1);
    EXPECT_EQ(admitted(limiter, source(1), start + 110ms, 1000), 10);
    EXPECT_EQ(admitted(limiter, source(1), start + 10s, 1000), 200);
}

TEST(SourceLimiter, WhatIsChargedLaterOnesPay) {
    SourceLimiter limiter(kLimits, 1);
    const Instant start{};
    EXPECT_EQ(admitted(limiter, source(1), start, 1), 1);
    limiter.charge(source(1), 150, start);
    EXPECT_EQ(admitted(limiter, source(1), start, 1000), 49);
    // Also beyond the burst, so that it takes longer until the next.
    limiter.charge(source(1), 10, start);
    EXPECT_EQ(admitted(limiter, source(1), start + 100ms, 1000), 0);
    EXPECT_EQ(admitted(limiter, source(1), start + 110ms, 1000), 1);
    EXPECT_EQ(admitted(limiter, source(2), start, 1000), 200);
}

TEST(SourceLimiter, PortsOfOneAddressDoNotTakeFromEachOther) {
    SourceLimiter limiter(kLimits, 1);
    EXPECT_EQ(admitted(limiter, source(1), Instant{}, 1000), 200);
    EXPECT_EQ(admitted(limiter, source(2), Instant{}, 1000), 200);
    EXPECT_EQ(admitted(limiter, source(1, "2001:db8::1"), Instant{}, 1000), 200);
}

TEST(SourceLimiter, SourcesBeyondTheTableShareOneBucket) {
    SourceLimiter limiter(kLimits, 1);
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(admitted(limiter, source(i), Instant{}, 10), 10);
    EXPECT_EQ(admitted(limiter, source(4), Instant{}, 150), 150);
    EXPECT_EQ(admitted(limiter, source(5), Instant{}, 150), 50);
    EXPECT_EQ(limiter.size(), 3u);
    // Who has a place keeps it.
    EXPECT_EQ(admitted(limiter, source(1), Instant{}, 1000), 190);
}

TEST(SourceLimiter, SilentSourcesMakeRoom) {
    SourceLimiter limiter(kLimits, 1);
    for (int i = 1; i <= 3; ++i) limiter.admit(source(i), Instant{});
    EXPECT_EQ(admitted(limiter, source(4), Instant{} + 2s, 1000), 200);
    EXPECT_EQ(limiter.size(), 1u);
}

TEST(SourceLimiter, AQuietRingTakesLittleMemory) {
    SourceLimiter limiter({}, 1);
    for (int second = 0; second < 600; ++second)
        for (int i = 0; i < 10; ++i)
            ASSERT_TRUE(limiter.admit(source(10 * second + i), Instant{} + second * 1s));
    EXPECT_LE(limiter.size(), 80u);
}

}  // namespace weft::gossip
