#include "gossip/core/serf_members.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <variant>

namespace weft::gossip {
namespace {

using std::chrono::seconds;

// Found by the simulator; see tests/sim.
class SerfMembersTest : public ::testing::Test {
protected:
    static DescriptionPtr described(const std::string& name) {
        auto description = make_ref<Description>();
        description->name = name;
        return description;
    }

    void tell(MemberEvent::Kind kind) { members_.handle({kind, "other", other_, {}}, now_, out_); }
    MemberStatus status() const {
        const SerfMember* member = members_.find("other");
        return member ? member->status : MemberStatus::None;
    }
    SerfPushPull push_pull(std::string_view name, LamportTime time, bool has_left) const {
        SerfPushPull state;
        state.time = time + 1;
        state.status_times.emplace();
        state.status_times->emplace_back(name, time);
        state.left_members.emplace();
        if (has_left) state.left_members->push_back(name);
        return state;
    }

    NodeConfig config_;
    Instant now_{seconds(100)};
    DescriptionPtr other_ = described("other");
    SerfMembers members_{config_, described("self")};
    SerfOutput out_;
};

TEST_F(SerfMembersTest, ATimeOfLeavingDoesNotGrowWithEachMerge) {
    tell(MemberEvent::Kind::Joined);
    tell(MemberEvent::Kind::Left);
    for (LamportTime time = 5; time < 50; ++time) {
        members_.merge(push_pull("other", time, true), false, now_, out_);
    }
    const LamportTime held = members_.find("other")->status_time;
    EXPECT_LT(held, 10U) << "else it outruns the clock of the one who left";
}

TEST_F(SerfMembersTest, OnlyWhoFailedHasLeftInstead) {
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    tell(MemberEvent::Kind::Joined);
    EXPECT_EQ(status(), MemberStatus::Alive);
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    EXPECT_EQ(status(), MemberStatus::Alive) << "it is back, and who says otherwise is late";
    tell(MemberEvent::Kind::Failed);
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    EXPECT_EQ(status(), MemberStatus::Left);
    EXPECT_GT(members_.clock(), members_.find("other")->status_time);
}

TEST_F(SerfMembersTest, WhoLeftByAViewIsGossipAgainOnce) {
    tell(MemberEvent::Kind::Joined);
    tell(MemberEvent::Kind::Failed);
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    ASSERT_EQ(out_.broadcasts.size(), 1U) << "a force-leave that the others missed would wait long";
    SerfOutput of_another;
    SerfMembers another(config_, described("another"));
    another.handle({MemberEvent::Kind::Joined, "other", other_, {}}, now_, of_another);
    another.handle({MemberEvent::Kind::Failed, "other", other_, {}}, now_, of_another);
    const std::string& blob = out_.broadcasts.front().blob;
    const auto intent = decode_serf(blob);
    ASSERT_TRUE(intent);
    another.handle(std::get<LeaveIntent>(intent.value()), blob, now_, of_another);
    EXPECT_EQ(another.find("other")->status, MemberStatus::Left);
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    EXPECT_EQ(out_.broadcasts.size(), 1U) << "known now";
}

TEST_F(SerfMembersTest, WhoLeftByAViewMayBeBackAtTheVeryNextTime) {
    tell(MemberEvent::Kind::Joined);
    tell(MemberEvent::Kind::Failed);
    members_.merge(push_pull("other", 7, true), false, now_, out_);
    const std::string left = out_.broadcasts.front().blob;
    EXPECT_EQ(members_.find("other")->status_time, 7U);
    tell(MemberEvent::Kind::Joined);
    members_.handle(JoinIntent{8, "other"}, "", now_, out_);
    SerfMembers another(config_, described("another"));
    another.handle({MemberEvent::Kind::Joined, "other", other_, {}}, now_, out_);
    another.handle(LeaveIntent{7, "other", false}, left, now_, out_);
    EXPECT_EQ(another.find("other")->status, MemberStatus::Leaving);
    another.handle(JoinIntent{8, "other"}, "", now_, out_);
    EXPECT_EQ(another.find("other")->status, MemberStatus::Alive) << "seed 4478";
}

// A force-leave on one side of a partition, at the time at which the other side saw it come back.
TEST_F(SerfMembersTest, WhoWasToLeaveAndDoesNotIsAliveAgain) {
    members_.handle(LeaveIntent{8, "other", false}, "", now_, out_);
    tell(MemberEvent::Kind::Joined);
    members_.handle(JoinIntent{8, "other"}, "", now_, out_);
    EXPECT_EQ(status(), MemberStatus::Leaving) << "it cannot be told which was first";
    members_.reap(now_ + seconds(60), out_);
    EXPECT_EQ(status(), MemberStatus::Leaving);
    out_.events.clear();
    members_.reap(now_ + seconds(61), out_);
    EXPECT_EQ(status(), MemberStatus::Alive);
    ASSERT_EQ(out_.events.size(), 1U) << "else nobody would hear of it";
    EXPECT_TRUE(std::holds_alternative<event::MemberUpdated>(out_.events.front()));
}

TEST_F(SerfMembersTest, SomethingLaterAboutUsIsAnsweredWithSomethingLaterStill) {
    members_.merge(push_pull("self", 40, false), false, now_, out_);
    ASSERT_EQ(out_.broadcasts.size(), 1U);
    EXPECT_GT(members_.find("self")->status_time, 40U);
}

TEST_F(SerfMembersTest, ChangesAreCountedAndNothingElse) {
    std::uint64_t before = members_.changes();
    const auto has_changed = [&] {
        const std::uint64_t last = std::exchange(before, members_.changes());
        return last != before;
    };
    tell(MemberEvent::Kind::Joined);
    EXPECT_TRUE(has_changed());
    tell(MemberEvent::Kind::Updated);
    EXPECT_TRUE(has_changed());
    members_.handle(JoinIntent{5, "other"}, "join", now_, out_);
    members_.merge(push_pull("other", 6, false), false, now_, out_);
    members_.reap(now_, out_);
    EXPECT_FALSE(has_changed());
    members_.handle(LeaveIntent{7, "other", false}, "leave", now_, out_);
    EXPECT_TRUE(has_changed());
    tell(MemberEvent::Kind::Left);
    EXPECT_TRUE(has_changed());
    members_.reap(now_ + std::chrono::hours(25), out_);
    EXPECT_TRUE(has_changed());
}

TEST_F(SerfMembersTest, ALeapIsRefusedAndTold) {
    tell(MemberEvent::Kind::Joined);
    const LamportTime far = 5 * LamportClock::kLeapMax;
    members_.handle(LeaveIntent{far, "other", false}, "leave", now_, out_);
    ASSERT_TRUE(out_.leap);
    EXPECT_EQ(out_.leap->clock, "member");
    EXPECT_EQ(out_.leap->seen, far);
    EXPECT_EQ(status(), MemberStatus::Alive);
    SerfOutput merged;
    members_.merge(push_pull("other", far, false), false, now_, merged);
    EXPECT_TRUE(merged.leap);
    EXPECT_LT(members_.clock(), 10U);
}

TEST_F(SerfMembersTest, WhoJoinsTakesOverTheClockOfTheRingHoweverFar) {
    tell(MemberEvent::Kind::Joined);
    const LamportTime far = 5 * LamportClock::kLeapMax;
    members_.merge(push_pull("other", far, false), true, now_, out_);
    EXPECT_FALSE(out_.leap);
    EXPECT_GT(members_.clock(), far);
    members_.handle(LeaveIntent{far + 3, "other", false}, "leave", now_, out_);
    EXPECT_EQ(status(), MemberStatus::Leaving);
}

TEST_F(SerfMembersTest, WhoComesBackIsNotPruned) {
    tell(MemberEvent::Kind::Joined);
    tell(MemberEvent::Kind::Failed);
    tell(MemberEvent::Kind::Joined);
    members_.handle(LeaveIntent{5, "other", true}, "leave", now_, out_);
    EXPECT_EQ(status(), MemberStatus::Leaving);
    members_.handle(JoinIntent{6, "other"}, "join", now_, out_);
    EXPECT_EQ(status(), MemberStatus::Alive);
    members_.reap(now_ + seconds(60), out_);
    EXPECT_EQ(status(), MemberStatus::Alive);
}

TEST_F(SerfMembersTest, WhoOnlyMeansToLeaveIsPrunedWhenGone) {
    tell(MemberEvent::Kind::Joined);
    members_.handle(LeaveIntent{5, "other", true}, "leave", now_, out_);
    members_.reap(now_ + seconds(60), out_);
    EXPECT_EQ(status(), MemberStatus::Leaving);
    tell(MemberEvent::Kind::Left);
    members_.reap(now_ + seconds(61), out_);
    EXPECT_EQ(status(), MemberStatus::None);
}

TEST(SerfMembers, ThoseWhoAreGoneDoNotAddUp) {
    NodeConfig config;
    config.members_max = 64;
    const auto described = [](const std::string& name) {
        auto description = make_ref<Description>();
        description->name = name;
        return DescriptionPtr(description);
    };
    SerfMembers members(config, described("self"));
    Instant now{seconds(100)};
    for (int i = 0; i < 2000; ++i) {
        SerfOutput out;
        const std::string name = "made-up-" + std::to_string(i);
        const DescriptionPtr member = described(name);
        members.handle({MemberEvent::Kind::Joined, name, member, {}}, now, out);
        members.handle({MemberEvent::Kind::Failed, name, member, {}}, now += seconds(1), out);
        members.check_invariants();
    }
    EXPECT_LE(members.table().size(), 2 * config.members_max);
    EXPECT_TRUE(members.find("self"));
    EXPECT_TRUE(members.find("made-up-1999")) << "those that are gone longest go";
    EXPECT_FALSE(members.find("made-up-0"));
}

}  // namespace
}  // namespace weft::gossip
