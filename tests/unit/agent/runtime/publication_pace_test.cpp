#include "agent/runtime/publication_pace.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

using namespace std::chrono_literals;

// How often a ring of so many is copied in a second in which somebody changes every 10 ms, when
// each copy is on its way for so long.
std::size_t copies_in_a_second(std::size_t members, Duration on_its_way) {
    PublicationPace pace;
    Instant arrives = Instant::max();
    std::size_t copies = 0;
    for (Instant now{1h}; now < Instant{1h} + 1s; now += 1ms) {
        if (now >= arrives) {
            pace.ended();
            arrives = Instant::max();
        }
        if ((now - Instant{1h}) % Duration(10ms) == Duration{}) pace.changed();
        const auto due = pace.due();
        if (!due || *due > now) continue;
        pace.begun(members, now);
        arrives = now + on_its_way;
        ++copies;
    }
    return copies;
}

TEST(PublicationPace, AQuietRingIsNotCopied) {
    EXPECT_FALSE(PublicationPace().due().has_value());
}

TEST(PublicationPace, TheFirstChangeDoesNotWait) {
    PublicationPace pace;
    pace.changed();
    ASSERT_TRUE(pace.due().has_value());
    EXPECT_TRUE(*pace.due() <= Instant{1h});
}

TEST(PublicationPace, WhatChangesMeanwhileIsPublishedOnceAndAPauseLater) {
    PublicationPace pace;
    pace.changed();
    pace.begun(5'000, Instant{1h});
    pace.ended();
    EXPECT_FALSE(pace.due().has_value());
    pace.changed();
    pace.changed();
    ASSERT_TRUE(pace.due().has_value());
    EXPECT_TRUE(*pace.due() == Instant{1h} + 50ms);
    pace.begun(5'000, Instant{1h} + 50ms);
    pace.ended();
    EXPECT_FALSE(pace.due().has_value());
}

TEST(PublicationPace, ALargeRingIsCopiedLessOften) {
    EXPECT_EQ(copies_in_a_second(100, 1ms), 100u);
    EXPECT_EQ(copies_in_a_second(5'000, 1ms), 20u);
}

// Readers that are slow find one copy, not a row of them.
TEST(PublicationPace, OneCopyIsOnItsWayAtATime) {
    EXPECT_EQ(copies_in_a_second(5'000, 200ms), 5u);
    PublicationPace pace;
    pace.changed();
    pace.begun(1, Instant{1h});
    pace.changed();
    EXPECT_FALSE(pace.due().has_value());
    pace.ended();
    EXPECT_TRUE(pace.due().has_value());
}

}  // namespace
}  // namespace weft::agent
