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
    for (LamportTime time = 1; time <= config.event_buffer; ++time) hear(events, 2 * time, "", "");
    EXPECT_EQ(hear(events, 5, "just in time", "").delivered, 1u);
    EXPECT_EQ(hear(events, 1, "old", "").delivered, 0u);
    EXPECT_EQ(hear(events, 2, "", "").delivered, 0u) << "it was delivered, and is forgotten";
    EXPECT_EQ(events.kept().size(), config.event_buffer);
}

// One message of somebody who is wrong about the time.
TEST(UserEvents, ALeapMakesNobodyDeaf) {
    const NodeConfig config;
    UserEvents events(config), merges(config);
    hear(events, 10, "before", "");
    hear(events, LamportClock::kLeapMax - 10, "leap", "");
    EXPECT_EQ(hear(events, 11, "after", "").delivered, 1u);
    SerfPushPull state;
    state.event_time = LamportClock::kLeapMax - 10;
    SerfOutput out;
    merges.merge(state, {}, out);
    EXPECT_EQ(hear(merges, 11, "after", "").delivered, 1u);
}

TEST(UserEvents, WhoJoinsTakesOverTheClockOfTheRingHoweverFar) {
    const NodeConfig config;
    UserEvents newcomer(config), member(config);
    SerfPushPull state;
    state.event_time = 3 * LamportClock::kLeapMax;
    SerfOutput joined, merged;
    newcomer.merge(state, {.is_join = true, .ignore_old_events = true}, joined);
    EXPECT_FALSE(joined.leap);
    EXPECT_EQ(newcomer.clock(), state.event_time);
    EXPECT_EQ(hear(newcomer, state.event_time - 1, "old", "").delivered, 0u);
    EXPECT_EQ(hear(newcomer, state.event_time, "deploy", "v1").delivered, 1u);
    member.merge(state, {}, merged);
    ASSERT_TRUE(merged.leap) << "nobody else may set a clock";
    EXPECT_EQ(merged.leap->clock, "event");
    EXPECT_EQ(merged.leap->own, 1u);
    EXPECT_EQ(member.clock(), 1u);
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
    EXPECT_EQ(events.dropped_early() + events.kept().size(), 400u);
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
    young.merge(state, {.is_join = true}, told);
    ignores.merge(state, {.is_join = true, .ignore_old_events = true}, ignored);
    EXPECT_EQ(told.events.size(), 1u);
    EXPECT_TRUE(told.broadcasts.empty()) << "the ring knows them";
    EXPECT_TRUE(ignored.events.empty());
    // Both can tell others.
    EXPECT_EQ(young.digest(), old.digest());
    EXPECT_EQ(ignores.digest(), old.digest());
}

// Seeds 1666 and 2352 of the simulator: who fires while nobody hears it has told everybody in vain
// when it is heard again, and the views alone reached the last of 44 more than 200 s later.
TEST(UserEvents, NewsOfSomebodysViewIsPassedOnOnce) {
    const NodeConfig config;
    UserEvents cut_off(config), member(config), third(config);
    hear(member, 3, "before", "");
    hear(cut_off, 3, "before", "");
    hear(cut_off, 7, "deploy", "v1");
    SerfPushPull state;
    state.event_time = cut_off.clock();
    state.events = cut_off.kept();
    SerfOutput merged, again;
    member.merge(state, {}, merged);
    ASSERT_EQ(merged.broadcasts.size(), 1u);
    const auto message = decode_serf(merged.broadcasts.front().blob);
    ASSERT_TRUE(message && std::holds_alternative<UserEvent>(message.value()));
    const auto& event = std::get<UserEvent>(message.value());
    EXPECT_EQ(hear(third, event.time, event.name, event.payload.value_or("")).delivered, 1u);
    EXPECT_EQ(event.name, "deploy");
    member.merge(state, {}, again);
    EXPECT_TRUE(again.broadcasts.empty());
}

// Peers may hold larger ones than this agent would tell: they travel from view to view.
TEST(UserEvents, WhatDoesNotFitADatagramIsNotPassedOnOfAView) {
    const NodeConfig config;
    UserEvents old(config), young(config);
    hear(old, 7, "deploy", std::string(config.event_bytes_max, 'x'));
    SerfPushPull state;
    state.event_time = old.clock();
    state.events = old.kept();
    SerfOutput told;
    young.merge(state, {}, told);
    EXPECT_EQ(told.events.size(), 1u);
    EXPECT_TRUE(told.broadcasts.empty());
}

}  // namespace
}  // namespace weft::gossip
