#include "agent/health/check_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weft::agent {

using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;

CheckRun number(std::uint64_t value) {
    return CheckRun(value);
}

}  // namespace

TEST(CheckScheduler, RunsANewCheckAtOnceAndThenAtItsInterval) {
    Rng rng(1);
    CheckScheduler scheduler(SchedulerConfig{}, rng);
    scheduler.add(number(1), 10s, Lane::Probe, kStart);
    EXPECT_LE(scheduler.next_deadline(), kStart);
    ASSERT_EQ(scheduler.take_due(kStart).size(), 1u);
    scheduler.finished(number(1), kStart + 10ms);
    const Instant second = scheduler.next_deadline();
    EXPECT_GE(second, kStart + 5s);
    EXPECT_LE(second, kStart + 10s + 1ms);
    ASSERT_EQ(scheduler.take_due(second).size(), 1u);
    scheduler.finished(number(1), second + 10ms);
    EXPECT_EQ(scheduler.next_deadline(), second + 10s);
}

TEST(CheckScheduler, SpacesFirstRunsOnlyWhenManyComeTogether) {
    Rng rng(1);
    SchedulerConfig config;
    config.max_running_probes = 100'000;
    CheckScheduler scheduler(config, rng);
    for (std::uint64_t i = 0; i < 10'000; ++i) scheduler.add(number(i), 10s, Lane::Probe, kStart);
    EXPECT_EQ(scheduler.take_due(kStart).size(), 500u);
    const auto after_a_second = scheduler.take_due(kStart + 1s).size();
    EXPECT_GE(after_a_second, 1990u);
    EXPECT_LE(after_a_second, 2010u);
    EXPECT_EQ(scheduler.take_due(kStart + 5s).size(), 10'000u - 500u - after_a_second);
}

TEST(CheckScheduler, SpreadsLaterRunsOfChecksThatStartedTogether) {
    Rng rng(7);
    CheckScheduler scheduler(SchedulerConfig{}, rng);
    for (std::uint64_t i = 0; i < 400; ++i) scheduler.add(number(i), 10s, Lane::Probe, kStart);
    for (const auto run : scheduler.take_due(kStart)) scheduler.finished(run, kStart);
    // Second runs lie in the second half of the interval; no tenth of that has more than twice its
    // share.
    for (int tenth = 0; tenth < 10; ++tenth) {
        const auto due = scheduler.take_due(kStart + 5s + (tenth + 1) * 500ms);
        EXPECT_LE(due.size(), 80u);
        EXPECT_GE(due.size(), 10u);
    }
}

TEST(CheckScheduler, BoundsRunsByLane) {
    Rng rng(1);
    SchedulerConfig config;
    config.max_running_scripts = 2;
    CheckScheduler scheduler(config, rng);
    for (std::uint64_t i = 0; i < 5; ++i) scheduler.add(number(i), 10s, Lane::Script, kStart);
    scheduler.add(number(9), 10s, Lane::Probe, kStart);
    EXPECT_EQ(scheduler.take_due(kStart).size(), 3u);
    EXPECT_EQ(scheduler.waiting(), 3u);
    EXPECT_EQ(scheduler.next_deadline(), Instant::max());
    scheduler.finished(number(0), kStart + 1s);
    EXPECT_EQ(scheduler.take_due(kStart + 1s), std::vector<CheckRun>{number(2)});
}

TEST(CheckScheduler, ARunLongerThanItsIntervalIsFollowedByAPause) {
    Rng rng(1);
    CheckScheduler scheduler(SchedulerConfig{}, rng);
    scheduler.add(number(1), 1s, Lane::Probe, kStart);
    scheduler.take_due(kStart);
    scheduler.finished(number(1), kStart + 30s);
    EXPECT_EQ(scheduler.next_deadline(), kStart + 31s);
}

TEST(CheckScheduler, ARemovedCheckRunsNoMore) {
    Rng rng(1);
    SchedulerConfig config;
    config.max_running_probes = 1;
    CheckScheduler scheduler(config, rng);
    for (std::uint64_t i = 0; i < 3; ++i) scheduler.add(number(i), 10s, Lane::Probe, kStart);
    EXPECT_EQ(scheduler.take_due(kStart), std::vector<CheckRun>{number(0)});
    scheduler.remove(number(1));
    scheduler.remove(number(0));
    scheduler.finished(number(0), kStart);
    EXPECT_EQ(scheduler.size(), 1u);
    EXPECT_EQ(scheduler.take_due(kStart), std::vector<CheckRun>{number(2)});
}

}  // namespace weft::agent
