#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "gossip/core/state_digest.hpp"

namespace weft::gossip {
namespace {

// One agent's view of a ring.
class View {
public:
    View() {
        config_.name = "me";
        config_.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
        membership_.emplace(config_, pool_, now_);
        members_.emplace(config_, membership_->self().description);
        events_.emplace(config_);
    }

    void hear(const std::string& name, std::uint32_t incarnation) {
        const std::string address("\x7f\0\0\2", 4), versions("\1\5\2\2\5\5", 6);
        MembershipOutput out;
        membership_->handle(Alive{incarnation, name, std::string_view(address), 7946,
                                  std::string_view("\xff\x80"), std::string_view(versions)},
                            now_, out);
        for (const MemberEvent& event : out.events) members_->handle(event, now_, ignored_);
    }
    void lose(const std::string& name) {
        MembershipOutput out;
        membership_->handle(Dead{99, name, "x"}, now_, out);
        for (const MemberEvent& event : out.events) members_->handle(event, now_, ignored_);
    }
    void fire(const std::string& name) { EXPECT_TRUE(events_->fire(name, "", false, ignored_)); }

    StateDigest digest() const { return {8, *membership_, *members_, *events_}; }

private:
    NodeConfig config_;
    DescriptionPool pool_;
    Instant now_{std::chrono::hours(1)};
    std::optional<Membership> membership_;
    std::optional<SerfMembers> members_;
    std::optional<UserEvents> events_;
    SerfOutput ignored_;
};

TEST(StateDigest, IsTheSameInWhateverOrderMembersCame) {
    View a, b;
    for (const char* name : {"x", "y", "z"}) a.hear(name, 1);
    for (const char* name : {"z", "x", "y"}) b.hear(name, 1);
    EXPECT_TRUE(a.digest().difference(b.digest()).is_empty());
}

TEST(StateDigest, TellsWhichMembersDiffer) {
    View a, b;
    for (const char* name : {"db-1", "web-1"}) a.hear(name, 1);
    b.hear("db-1", 1);
    b.hear("web-1", 2);
    const auto part = a.digest().difference(b.digest());
    EXPECT_TRUE(part.has("web-1"));
    EXPECT_FALSE(part.has("db-1"));
    EXPECT_FALSE(part.has_events());
}

TEST(StateDigest, TheGoneDoNotCount) {
    View a, b;
    a.hear("x", 1);
    a.lose("x");
    EXPECT_TRUE(a.digest().difference(b.digest()).is_empty());
}

TEST(StateDigest, EventsDiffer) {
    View a, b;
    a.fire("deploy");
    const auto part = a.digest().difference(b.digest());
    EXPECT_TRUE(part.has_events());
    EXPECT_FALSE(part.is_empty());
}

TEST(StateDigest, ComesBackFromItsBytes) {
    View a;
    a.hear("x", 1);
    const auto again = StateDigest::decode(a.digest().encode());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->difference(a.digest()).is_empty());
    for (const std::size_t size : {0u, 1u, 8u, 64u, 71u, 80u, 8u * 513u}) {
        EXPECT_FALSE(StateDigest::decode(std::string(size, 'x'))) << size;
    }
}

TEST(StateDigest, HasMoreBucketsInLargerRings) {
    EXPECT_EQ(StateDigest::buckets_for(1), 8u);
    EXPECT_EQ(StateDigest::buckets_for(1000), 32u);
    EXPECT_EQ(StateDigest::buckets_for(1'000'000), 256u);
}

}  // namespace
}  // namespace weft::gossip
