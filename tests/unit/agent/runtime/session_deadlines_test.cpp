#include "agent/runtime/session_deadlines.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <string>

#include "agent/base/rng.hpp"

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
    EXPECT_THAT(deadlines_.take_due(start_ + 10s, 100), IsEmpty());
    EXPECT_LE(deadlines_.next_deadline(), start_ + 11s);
    EXPECT_THAT(deadlines_.take_due(deadlines_.next_deadline(), 100), ElementsAre("a"));
}

TEST_F(SessionDeadlinesTest, ARenewalGivesTheFullTtlAgain) {
    deadlines_.add("a", 10s, start_);
    deadlines_.add("b", 10s, start_);
    EXPECT_TRUE(deadlines_.renew("a", start_ + 9s));
    EXPECT_TRUE(deadlines_.renew("unknown", start_));
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 100), ElementsAre("b"));
    EXPECT_THAT(deadlines_.take_due(start_ + 12s, 100), ElementsAre("b"));
    deadlines_.remove("b");
    EXPECT_THAT(deadlines_.take_due(start_ + 20s, 100), ElementsAre("a"));
}

TEST_F(SessionDeadlinesTest, AddingAKnownSessionChangesNothing) {
    deadlines_.add("a", 10s, start_);
    const Instant before = deadlines_.next_deadline();
    deadlines_.add("a", 10s, start_ + 5s);
    EXPECT_EQ(deadlines_.next_deadline(), before);
    EXPECT_EQ(deadlines_.size(), 1u);
}

// The process was stopped: renewals of that time lie in its sockets.
TEST_F(SessionDeadlinesTest, WhoLooksLateReadsRenewalsFirst) {
    for (const char* id : {"a", "b", "c"}) deadlines_.add(id, 10s, start_);
    const Instant woken = start_ + 13s;
    EXPECT_THAT(deadlines_.take_due(woken, 1), IsEmpty());
    EXPECT_EQ(deadlines_.next_deadline(), woken + 200ms);
    EXPECT_TRUE(deadlines_.renew("b", woken + 1ms));
    EXPECT_EQ(deadlines_.next_deadline(), woken + 200ms);
    EXPECT_THAT(deadlines_.take_due(woken + 200ms, 1), ElementsAre("a"));
    EXPECT_THAT(deadlines_.take_due(woken + 201ms, 1), ElementsAre("c")) << "once is enough";
}

TEST_F(SessionDeadlinesTest, NoMoreAreTakenThanAreAskedFor) {
    for (const char* id : {"a", "b", "c"}) deadlines_.add(id, 10s, start_);
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 2), ElementsAre("a", "b"));
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 0), IsEmpty());
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 2), ElementsAre("c"));
}

TEST_F(SessionDeadlinesTest, WhatIsDueComesAgainUntilItIsRemoved) {
    deadlines_.add("a", 10s, start_);
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 100), ElementsAre("a"));
    EXPECT_THAT(deadlines_.take_due(start_ + 11s, 100), IsEmpty());
    EXPECT_EQ(deadlines_.next_deadline(), start_ + 12s);
    EXPECT_THAT(deadlines_.take_due(start_ + 12s, 100), ElementsAre("a"));
    deadlines_.remove("a");
    EXPECT_EQ(deadlines_.next_deadline(), Instant::max());
    EXPECT_EQ(deadlines_.size(), 0u);
}

// Whatever comes in between, a session ends when its TTL has passed since it was last renewed, and
// not a tenth later.
TEST_F(SessionDeadlinesTest, EachEndsByItsOwnTimes) {
    struct Known {
        Duration ttl;
        Instant renewed;
    };
    Rng rng(7);
    std::map<std::string, Known> known;
    Instant now = start_;
    std::size_t ended = 0;
    for (int step = 0; step < 20'000; ++step) {
        const std::string id = std::to_string(rng.below(30));
        const auto found = known.find(id);
        if (found == known.end()) {
            const Duration ttl = 10s + std::chrono::milliseconds(rng.below(5'000));
            deadlines_.add(id, ttl, now);
            known[id] = {ttl, now};
        } else if (rng.below(3) == 0) {
            EXPECT_TRUE(deadlines_.renew(id, now));
            found->second.renewed = now;
        } else if (rng.below(20) == 0) {
            deadlines_.remove(id);
            known.erase(found);
        }
        ASSERT_EQ(deadlines_.size(), known.size());
        const Instant next = now + std::chrono::milliseconds(rng.below(2'000));
        while (deadlines_.next_deadline() <= next) {
            now = deadlines_.next_deadline();
            for (const std::string& due : deadlines_.take_due(now, 100)) {
                const Known& session = known.at(due);
                ASSERT_GE(now, session.renewed + session.ttl);
                ASSERT_LE(now, session.renewed + session.ttl * 11 / 10);
                deadlines_.remove(due);
                known.erase(due);
                ++ended;
            }
        }
        now = next;
        for (const auto& [each, session] : known)
            ASSERT_LT(now, session.renewed + session.ttl * 11 / 10) << each;
    }
    EXPECT_GT(ended, 100u);
}

TEST_F(SessionDeadlinesTest, WhatIsDueIsNotToBeHadBack) {
    deadlines_.add("a", 10s, start_);
    EXPECT_TRUE(deadlines_.renew("a", start_ + 1s));
    EXPECT_THAT(deadlines_.take_due(start_ + 12s, 100), ElementsAre("a"));
    EXPECT_FALSE(deadlines_.renew("a", start_ + 12s));
    EXPECT_EQ(deadlines_.next_deadline(), start_ + 13s);
    EXPECT_TRUE(deadlines_.renew("without a TTL", start_));
}

}  // namespace
}  // namespace weft::agent
