#include "tests/support/impair/bridge.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/support/impair/frames.hpp"

namespace weft::test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

// Two ports; frames from 1 to 2 carry their number.
class TestBridge {
public:
    explicit TestBridge(const Rule& rule, BridgeConfig config = {}) : bridge_(config) {
        set(rule, kStart);
    }

    void set(const Rule& rule, Instant now) { bridge_.set_rule(1, 2, Protocol::Udp, rule, now); }
    void offer(int count, Instant now) {
        for (int i = 0; i < count; ++i) bridge_.offer(1, udp_frame(2, {sent_++}), now);
    }
    // The numbers that have arrived by then.
    std::vector<int> arrived(Instant now) {
        std::vector<int> numbers;
        while (const auto delivery = bridge_.next(now)) {
            EXPECT_EQ(delivery->to, 2u);
            numbers.push_back(delivery->frame.back());
        }
        const Counters& c = counters();
        EXPECT_EQ(c.offered + c.duplicated,
                  c.delivered + c.blocked + c.lost + c.overflowed + c.held);
        return numbers;
    }
    const Counters& counters() const { return bridge_.counters(1, 2, Protocol::Udp); }
    Bridge& bridge() { return bridge_; }

private:
    Bridge bridge_;
    std::uint8_t sent_ = 0;
};

TEST(Bridge, AFreshRuleChangesNothing) {
    TestBridge test{Rule{}};
    EXPECT_EQ(test.bridge().next_deadline(), std::nullopt);
    test.offer(3, kStart);
    EXPECT_EQ(test.bridge().next_deadline(), kStart);
    EXPECT_EQ(test.arrived(kStart), (std::vector{0, 1, 2}));
    EXPECT_EQ(test.bridge().held_bytes(), 0u);
}

TEST(Bridge, BlockIsOneWay) {
    TestBridge test{{.block = true}};
    test.offer(2, kStart);
    EXPECT_TRUE(test.arrived(kStart + 1h).empty());
    EXPECT_EQ(test.counters().blocked, 2u);
    test.bridge().offer(2, udp_frame(1, {7}), kStart);
    EXPECT_EQ(test.bridge().next(kStart)->to, 1u);
}

TEST(Bridge, LossIsRepeatedByItsSeed) {
    const auto survivors = [](std::uint64_t seed) {
        TestBridge test{{.loss = 0.5}, {.seed = seed}};
        test.offer(200, kStart);
        return test.arrived(kStart);
    };
    EXPECT_EQ(survivors(7), survivors(7));
    EXPECT_NE(survivors(7), survivors(8));
    EXPECT_GT(survivors(7).size(), 60u);
    EXPECT_LT(survivors(7).size(), 140u);
}

TEST(Bridge, OtherKeysDoNotChangeWhoIsLost) {
    TestBridge plain{{.loss = 0.5}};
    TestBridge busy{{.loss = 0.5, .duplicate = 1, .jitter = 10ms, .slow = 0.5, .reorder = 0.5}};
    plain.offer(200, kStart);
    busy.offer(200, kStart);
    std::vector<int> twice = busy.arrived(kStart + 1h);
    std::sort(twice.begin(), twice.end());
    twice.erase(std::unique(twice.begin(), twice.end()), twice.end());
    EXPECT_EQ(plain.arrived(kStart), twice);
}

TEST(Bridge, DelayVariesByItsJitterAndKeepsTheOrder) {
    TestBridge test{{.delay = 50ms, .jitter = 10ms}};
    test.offer(100, kStart);
    EXPECT_TRUE(test.arrived(kStart + 40ms - 1ns).empty());
    std::vector<int> numbers = test.arrived(kStart + 60ms);
    EXPECT_EQ(numbers.size(), 100u);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST(Bridge, UnorderedDelaysHaveTwoModes) {
    TestBridge test{{.delay = 10ms, .slow = 0.5, .slow_delay = 300ms, .ordered = false}};
    test.offer(200, kStart);
    EXPECT_TRUE(test.arrived(kStart + 9ms).empty());
    const std::size_t fast = test.arrived(kStart + 10ms).size();
    EXPECT_GT(fast, 60u);
    EXPECT_LT(fast, 140u);
    EXPECT_TRUE(test.arrived(kStart + 309ms).empty());
    EXPECT_EQ(test.arrived(kStart + 310ms).size(), 200 - fast);
}

TEST(Bridge, AReorderedFrameIsOvertaken) {
    TestBridge test{{.delay = 5ms, .reorder = 0.2, .reorder_delay = 20ms}};
    test.offer(100, kStart);
    const std::vector<int> first = test.arrived(kStart + 5ms);
    const std::vector<int> second = test.arrived(kStart + 25ms);
    EXPECT_EQ(first.size() + second.size(), 100u);
    EXPECT_EQ(second.size(), test.counters().overtaken);
    EXPECT_GT(second.size(), 5u);
    EXPECT_LT(second.front(), first.back());
}

TEST(Bridge, ARateSpreadsFramesAndItsQueueOverflows) {
    // 43 bytes take 0.344 s; the queue holds a second's worth.
    TestBridge test{{.rate = 1000, .queue_bytes = 125}};
    test.offer(10, kStart);
    EXPECT_EQ(test.counters().overflowed, 7u);
    EXPECT_TRUE(test.arrived(kStart + 343ms).empty());
    EXPECT_EQ(test.arrived(kStart + 344ms).size(), 1u);
    EXPECT_EQ(test.arrived(kStart + 688ms).size(), 1u);
    EXPECT_EQ(test.arrived(kStart + 1032ms).size(), 1u);
    test.offer(1, kStart + 5s);
    EXPECT_EQ(test.arrived(kStart + 5344ms).size(), 1u) << "an idle pipe saves nothing up";
}

TEST(Bridge, AClogHoldsUpToItsQueueAndFlushesAtOnce) {
    TestBridge test{{.clog = true, .queue_bytes = 43 * 5}};
    test.offer(8, kStart);
    EXPECT_EQ(test.bridge().next_deadline(), std::nullopt);
    EXPECT_EQ(test.counters().held, 5u);
    EXPECT_EQ(test.counters().overflowed, 3u);
    test.set({.clog = true, .loss = 1}, kStart + 1s);
    EXPECT_TRUE(test.arrived(kStart + 1s).empty());
    test.set({}, kStart + 2s);
    EXPECT_EQ(test.arrived(kStart + 2s), (std::vector{0, 1, 2, 3, 4}));
    EXPECT_EQ(test.bridge().held_bytes(), 0u);
}

TEST(Bridge, WhatWaitsInSumIsBounded) {
    TestBridge test{{.delay = 1h}, {.held_bytes_max = 100}};
    test.offer(5, kStart);
    EXPECT_EQ(test.bridge().held_bytes(), 86u);
    EXPECT_EQ(test.counters().overflowed, 3u);
    EXPECT_EQ(test.arrived(kStart + 1h).size(), 2u);
}

TEST(Bridge, BroadcastGoesToAllOthersAndStraysNowhere) {
    Bridge bridge({.ports = 3});
    bridge.offer(2, Frame(60, 0xff), kStart);
    EXPECT_EQ(bridge.next(kStart)->to, 1u);
    EXPECT_EQ(bridge.next(kStart)->to, 3u);
    EXPECT_FALSE(bridge.next(kStart));
    bridge.offer(2, udp_frame(4, {}), kStart);
    bridge.offer(2, udp_frame(2, {}), kStart);
    bridge.offer(2, Frame{}, kStart);
    EXPECT_FALSE(bridge.next(kStart));
    EXPECT_EQ(bridge.strays(), 3u);
}

}  // namespace
}  // namespace weft::test
