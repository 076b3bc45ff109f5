#include <gtest/gtest.h>

#include <string>

#include "gossip/core/encoded.hpp"
#include "gossip/core/user_events.hpp"

namespace weft::gossip {
namespace {

struct Heard {
    std::size_t delivered = 0;
    std::size_t passed_on = 0;
};

Heard hear(UserEvents& events, LamportTime time, std::string_view name, std::string_view payload) {
    SerfOutput out;
    const UserEvent event{time, name, payload, false};
    events.handle(event, encoded_blob(event), out);
    return {out.events.size(), out.broadcasts.size()};
}

TEST(UserEvents, EachIsDeliveredAndPassedOnOnce) {
    const NodeConfig config;
    UserEvents events(config);
    EXPECT_EQ(hear(events, 5, "deploy", "v1").delivered, 1u);
    const Heard again = hear(events, 5, "deploy", "v1");
    EXPECT_EQ(again.delivered + again.passed_on, 0u);
    EXPECT_EQ(hear(events, 5, "deploy", "v2").delivered, 1u);
    EXPECT_EQ(events.clock(), 6u);
}

TEST(UserEvents, WhatIsOlderThanTheBufferIsTakenForKnown) {
    const NodeConfig config;
    UserEvents events(config);
    hear(events, 1000, "new", "");
    EXPECT_EQ(hear(events, 1001 - config.event_buffer - 1, "old", "").delivered, 0u);
    EXPECT_EQ(hear(events, 1001 - config.event_buffer, "just in time", "").delivered, 1u);
}

// All of them go into every view of the ring that this agent sends.
TEST(UserEvents, WhatIsKeptHasALimitInBytes) {
    const NodeConfig config;
    UserEvents events(config);
    const std::string payload(8 << 10, 'x');
    for (LamportTime time = 1; time <= 400; ++time) {
        EXPECT_EQ(hear(events, time, "big", payload).delivered, 1u);
    }
    EXPECT_LE(events.kept_bytes(), std::size_t{1} << 20);
    EXPECT_GT(events.kept().size(), 100u);
    // What went is not delivered again.
    EXPECT_EQ(hear(events, 1, "big", payload).delivered, 0u);
}

TEST(UserEvents, AnAgentThatCameLaterIsToldWhatIsKept) {
    const NodeConfig config;
    UserEvents old(config), ignores(config), young(config);
    hear(old, 7, "deploy", "v1");
    SerfPushPull state;
    state.event_time = old.clock();
    state.events = old.kept();
    SerfOutput told, ignored;
    young.merge(state, false, told);
    ignores.merge(state, true, ignored);
    EXPECT_EQ(told.events.size(), 1u);
    EXPECT_TRUE(told.broadcasts.empty());
    EXPECT_TRUE(ignored.events.empty());
    // Both can tell others.
    EXPECT_EQ(young.digest(), old.digest());
    EXPECT_EQ(ignores.digest(), old.digest());
}

}  // namespace
}  // namespace weft::gossip
