#include "agent/runtime/snapshot_schedule.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

using namespace std::chrono_literals;

// How many copies of how many members a minute takes in which asks come every 100 ms.
std::size_t copied(std::size_t members, bool changes) {
    SnapshotSchedule schedule;
    SnapshotSchedule::State state;
    std::size_t copied = 0;
    for (Instant now{1h}; now < Instant{1h} + 60s; now += 100ms) {
        if (changes) ++state.clocks.event;
        if (!schedule.is_due(state, now)) continue;
        schedule.kept(state, members, now);
        copied += members;
    }
    return copied;
}

TEST(SnapshotSchedule, AQuietRingIsCopiedOnce) {
    EXPECT_EQ(copied(10'000, false), 10'000u);
}

TEST(SnapshotSchedule, ALargeRingCostsNoMoreThanOneOfAThousand) {
    EXPECT_EQ(copied(10, true), 10u * 120u);
    EXPECT_EQ(copied(1'000, true), 1'000u * 60u);
    EXPECT_EQ(copied(10'000, true), 10'000u * 6u);
}

// A slow disk would never rest.
TEST(SnapshotSchedule, ThePauseBeginsWhereTheWriteEnds) {
    SnapshotSchedule schedule;
    SnapshotSchedule::State state;
    schedule.kept(state, 1, Instant{1h});
    schedule.written(Instant{1h} + 3s);
    ++state.members;
    EXPECT_FALSE(schedule.is_due(state, Instant{1h} + 3s));
    EXPECT_TRUE(schedule.is_due(state, Instant{1h} + 3500ms));
}

// A full disk: once there is room again, the file is written without a change in the ring.
TEST(SnapshotSchedule, WhatFailedIsTriedAgainInAWhile) {
    SnapshotSchedule schedule;
    SnapshotSchedule::State state;
    schedule.kept(state, 1, Instant{1h});
    schedule.failed(Instant{1h});
    for (const bool left : {false, true}) {
        state.left = left;
        EXPECT_FALSE(schedule.is_due(state, Instant{1h} + 9s));
        EXPECT_TRUE(schedule.is_due(state, Instant{1h} + 10s));
    }
    schedule.kept(state, 1, Instant{1h} + 10s);
    EXPECT_FALSE(schedule.is_due(state, Instant{2h}));
}

TEST(SnapshotSchedule, AFarewellDoesNotWait) {
    SnapshotSchedule schedule;
    SnapshotSchedule::State state;
    schedule.kept(state, 10'000, Instant{1h});
    state.left = true;
    EXPECT_TRUE(schedule.is_due(state, Instant{1h}));
    schedule.kept(state, 10'000, Instant{1h});
    EXPECT_FALSE(schedule.is_due(state, Instant{2h}));
}

}  // namespace
}  // namespace weft::agent
