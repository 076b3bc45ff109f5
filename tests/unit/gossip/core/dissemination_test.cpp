#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gossip/core/dissemination.hpp"

namespace weft::gossip {
namespace {

using Kind = Dissemination::Kind;

constexpr Dissemination::Sizes kSizes{50, 50, true};

TEST(Dissemination, NewsOfMembersComesFirst) {
    const NodeConfig config;
    Dissemination waiting(config);
    waiting.add(Kind::UserEvents, "event");
    waiting.add(Kind::Intents, "intent");
    waiting.add_about("n", "about n");
    std::vector<SharedBytes> packet;
    EXPECT_EQ(waiting.fill(packet, kSizes, false), 3u);
    EXPECT_EQ(*packet[0], "about n");
    EXPECT_EQ(*packet[1], "\x08intent");
    EXPECT_EQ(*packet[2],
              "\x08"
              "event");
}

TEST(Dissemination, APacketHoldsWhatItMay) {
    const NodeConfig config;
    Dissemination waiting(config);
    for (int i = 0; i < 100; ++i) waiting.add(Kind::UserEvents, std::string(100, 'x'));
    std::vector<SharedBytes> packet;
    waiting.fill(packet, kSizes, true);
    std::size_t bytes = 2 + 29;
    for (const SharedBytes& message : packet) bytes += 2 + message->size();
    EXPECT_LE(bytes, config.packet_bytes);
    EXPECT_GT(bytes + 103, config.packet_bytes);
}

// It would keep the agent awake for ever.
TEST(Dissemination, WhatNoPacketHoldsDoesNotWait) {
    const NodeConfig config;
    Dissemination waiting(config);
    const auto ticket = waiting.add(Kind::UserEvents, std::string(3000, 'x'));
    EXPECT_FALSE(waiting.is_queued(Kind::UserEvents, ticket));
    waiting.add_about("node", std::string(3000, 'x'));
    EXPECT_TRUE(waiting.is_empty());
    EXPECT_EQ(waiting.dropped(), 2u);
}

TEST(Dissemination, AFloodIsCutAtOnce) {
    const NodeConfig config;
    Dissemination waiting(config);
    for (std::size_t i = 0; i < 10 * config.queue_max; ++i) waiting.add(Kind::Intents, "intent");
    EXPECT_LE(waiting.size(), 2 * config.queue_max);
    EXPECT_EQ(waiting.size() + waiting.dropped(), 10 * config.queue_max);
}

TEST(Dissemination, RingsOfWeftAloneSendLess) {
    const NodeConfig config;
    const auto sent = [&](bool all_weft) {
        Dissemination waiting(config);
        waiting.add(Kind::UserEvents, "event");
        std::size_t count = 0;
        for (; !waiting.is_empty(); ++count) {
            std::vector<SharedBytes> packet;
            waiting.fill(packet, {10'000, 10'000, all_weft}, false);
        }
        return count;
    };
    EXPECT_EQ(sent(true), 8u);
    EXPECT_EQ(sent(false), 20u);
}

}  // namespace
}  // namespace weft::gossip
