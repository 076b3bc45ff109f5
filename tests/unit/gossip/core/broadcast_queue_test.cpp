#include "gossip/core/broadcast_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::gossip {
namespace {

constexpr std::size_t kOverhead = 2;

// The first letter of each broadcast that goes into a packet.
std::string taken(BroadcastQueue& queue, std::size_t space, std::size_t limit = 100) {
    std::vector<BroadcastQueue::Bytes> packet;
    const std::size_t before = space;
    queue.take(packet, space, limit);
    std::string letters;
    std::size_t used = 0;
    for (const auto& bytes : packet) {
        letters.push_back(bytes->front());
        used += bytes->size() + kOverhead;
    }
    EXPECT_EQ(before - space, used);
    return letters;
}

std::string text(char letter, std::size_t size) {
    return std::string(size, letter);
}

TEST(BroadcastQueue, LimitGrowsWithTheRing) {
    EXPECT_EQ(transmit_limit(4, 9), 4u);
    EXPECT_EQ(transmit_limit(4, 10), 8u);
    EXPECT_EQ(transmit_limit(4, 100), 12u);
    EXPECT_EQ(transmit_limit(4, 1000), 16u);
    EXPECT_EQ(transmit_limit(2, 1), 2u);
}

TEST(BroadcastQueue, LargestThatFitsThenNewestThenWhatWasSentMore) {
    BroadcastQueue queue(kOverhead);
    queue.add("", text('a', 10));
    queue.add("", text('b', 30));
    queue.add("", text('c', 10));
    EXPECT_EQ(taken(queue, 1000), "bca");
    queue.add("", text('d', 5));
    EXPECT_EQ(taken(queue, 1000), "dbca") << "news first";
    EXPECT_EQ(taken(queue, 13), "d") << "the rest was sent as often, or is too large";
    EXPECT_EQ(taken(queue, 12), "c");
    EXPECT_EQ(taken(queue, 6), "");
}

TEST(BroadcastQueue, WhatNeverFitsHoldsNobodyUp) {
    BroadcastQueue queue(kOverhead);
    queue.add("", text('x', 3000));
    queue.add("", text('a', 10));
    EXPECT_EQ(taken(queue, 100), "a");
    EXPECT_EQ(taken(queue, 100), "a");
    EXPECT_EQ(queue.size(), 2u);
}

TEST(BroadcastQueue, LeavesAfterItsLimit) {
    BroadcastQueue queue(kOverhead);
    const auto ticket = queue.add("", text('a', 10));
    EXPECT_EQ(taken(queue, 100, 2), "a");
    EXPECT_TRUE(queue.is_queued(ticket));
    EXPECT_EQ(taken(queue, 100, 2), "a");
    EXPECT_FALSE(queue.is_queued(ticket));
    EXPECT_EQ(taken(queue, 100, 2), "");
}

TEST(BroadcastQueue, NewsAboutOneReplacesOlderNews) {
    BroadcastQueue queue(kOverhead);
    const auto old = queue.add("node", text('a', 10));
    queue.add("other", text('b', 10));
    queue.add("", text('c', 10));
    queue.add("", text('d', 10));
    queue.add("node", text('e', 10));
    EXPECT_FALSE(queue.is_queued(old));
    EXPECT_EQ(taken(queue, 1000, 1), "edcb");
    EXPECT_EQ(queue.size(), 0u);
    queue.add("node", text('f', 10));
    EXPECT_EQ(queue.size(), 1u);
}

TEST(BroadcastQueue, NewsAboutOneThatIsForgottenGoes) {
    BroadcastQueue queue(kOverhead);
    queue.add("node", text('a', 10));
    queue.add("other", text('b', 10));
    queue.remove("node");
    queue.remove("nobody");
    EXPECT_EQ(taken(queue, 1000, 1), "b");
}

TEST(BroadcastQueue, PruningDropsWhatWasSentMostThenTheSmallest) {
    BroadcastQueue queue(kOverhead);
    queue.add("", text('a', 50));
    EXPECT_EQ(taken(queue, 100), "a");
    queue.add("", text('b', 10));
    queue.add("", text('c', 20));
    EXPECT_EQ(queue.prune(2), 1u);
    EXPECT_EQ(queue.prune(1), 1u);
    EXPECT_EQ(taken(queue, 100), "c");
    EXPECT_EQ(queue.prune(5), 0u);
}

}  // namespace
}  // namespace weft::gossip
