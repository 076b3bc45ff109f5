#include "agent/runtime/session_deadlines.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class SessionDeadlinesTest : public ::testing::Test {
protected:
    const Instant start_{};
    SessionDeadlines deadlines_;
};

TEST_F(SessionDeadlinesTest, ASessionLivesForItsTtlAndNotATenthLonger) {
    deadlines_.add("a", 10s, start_);
    EXPECT_THAT(deadlines_.take_due(start_ + 10s), IsEmpty());
    EXPECT_LE(deadlines_.next_deadline(), start_ + 11s);
    EXPECT_THAT(deadlines_.take_due(deadlines_.next_deadline()), ElementsAre("a"));
}

TEST_F(SessionDeadlinesTest, ARenewalGivesTheFullTtlAgain) {
    deadlines_.add("a", 10s, start_);
    deadlines_.add("b", 10s, start_);
    deadlines_.renew("a", start_ + 9s);
    deadlines_.renew("unknown", start_);
    EXPECT_THAT(deadlines_.take_due(start_ + 11s), ElementsAre("b"));
    EXPECT_THAT(deadlines_.take_due(start_ + 19s), ElementsAre("b"));
    deadlines_.remove("b");
    EXPECT_THAT(deadlines_.take_due(start_ + 20s), ElementsAre("a"));
}

TEST_F(SessionDeadlinesTest, AddingAKnownSessionChangesNothing) {
    deadlines_.add("a", 10s, start_);
    const Instant before = deadlines_.next_deadline();
    deadlines_.add("a", 10s, start_ + 5s);
    EXPECT_EQ(deadlines_.next_deadline(), before);
    EXPECT_EQ(deadlines_.size(), 1u);
}

TEST_F(SessionDeadlinesTest, WhatIsDueComesAgainUntilItIsRemoved) {
    deadlines_.add("a", 10s, start_);
    EXPECT_THAT(deadlines_.take_due(start_ + 11s), ElementsAre("a"));
    EXPECT_THAT(deadlines_.take_due(start_ + 11s), IsEmpty());
    EXPECT_EQ(deadlines_.next_deadline(), start_ + 12s);
    EXPECT_THAT(deadlines_.take_due(start_ + 12s), ElementsAre("a"));
    deadlines_.remove("a");
    EXPECT_EQ(deadlines_.next_deadline(), Instant::max());
    EXPECT_EQ(deadlines_.size(), 0u);
}

}  // namespace
}  // namespace weft::agent
