#include "tests/sim/engine/event_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "agent/base/rng.hpp"

namespace weft::sim {
namespace {

using std::chrono::seconds;

TEST(EventQueue, TakesByTimeAndThenBySequence) {
    EventQueue<int> queue;
    queue.add(Instant(seconds(2)), 3);
    queue.add(Instant(seconds(1)), 1);
    queue.add(Instant(seconds(2)), 4);
    queue.add(Instant(seconds(1)), 2);
    for (const int expected : {1, 2, 3, 4}) EXPECT_EQ(queue.take(), expected);
    EXPECT_TRUE(queue.is_empty());
    EXPECT_EQ(queue.now(), Instant(seconds(2)));
}

TEST(EventQueue, WhatIsPastHappensNow) {
    EventQueue<int> queue;
    queue.add(Instant(seconds(5)), 1);
    EXPECT_EQ(queue.take(), 1);
    queue.add(Instant(seconds(1)), 2);
    EXPECT_EQ(queue.next_at(), Instant(seconds(5)));
}

TEST(EventQueue, AgreesWithASortedListForRandomInput) {
    Rng rng(7);
    EventQueue<std::size_t> queue;
    std::vector<std::pair<Instant, std::size_t>> waiting;
    for (std::size_t i = 0; i < 20'000; ++i) {
        if (waiting.empty() || rng.below(100) < 55) {
            const Instant at = queue.now() + Duration(static_cast<std::int64_t>(rng.below(50)));
            queue.add(at, i);
            waiting.emplace_back(at, i);
        } else {
            const auto first = std::min_element(waiting.begin(), waiting.end());
            ASSERT_EQ(queue.take(), first->second);
            ASSERT_EQ(queue.now(), first->first);
            waiting.erase(first);
        }
    }
    EXPECT_EQ(queue.size(), waiting.size());
}

}  // namespace
}  // namespace weft::sim
