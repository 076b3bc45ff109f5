#include "agent/runtime/ring_liveness.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

constexpr int kAlive = 1;
constexpr int kLeaving = 2;
constexpr int kLeft = 3;
constexpr int kFailed = 4;

std::map<std::string, api::Member> ring(std::vector<std::pair<std::string, int>> statuses) {
    std::map<std::string, api::Member> members;
    for (auto& [name, status] : statuses) {
        api::Member member;
        member.name = name;
        member.status = status;
        members.emplace(name, std::move(member));
    }
    return members;
}

using Nodes = std::vector<NodeLiveness>;

TEST(RingLiveness, FailedAndLeftAreAbsent) {
    const auto liveness = ring_liveness(
        ring({{"a", kAlive}, {"b", kFailed}, {"c", kLeft}, {"d", kLeaving}, {"self", kAlive}}),
        "self");
    EXPECT_EQ(liveness.nodes, (Nodes{{"b", Liveness::Absent}, {"c", Liveness::Absent}}));
    EXPECT_FALSE(liveness.is_doubtful);
}

TEST(RingLiveness, NobodyIsAbsentOfAHealthyRing) {
    EXPECT_TRUE(ring_liveness(ring({{"a", kAlive}, {"self", kAlive}}), "self").nodes.empty());
    EXPECT_TRUE(ring_liveness({}, "self").nodes.empty());
}

TEST(RingLiveness, TheAgentItselfIsAlwaysThere) {
    EXPECT_TRUE(ring_liveness(ring({{"self", kFailed}}), "self").nodes.empty());
    EXPECT_TRUE(ring_liveness(ring({{"Self", kFailed}, {"self", kAlive}}), "self").nodes.empty());
    EXPECT_TRUE(ring_liveness(ring({{"self", kLeft}}), "SELF").nodes.empty());
}

TEST(RingLiveness, OfTwoNamesThatAreOneNodeTheLivingCounts) {
    const auto liveness = ring_liveness(
        ring({{"DB", kFailed}, {"Db", kFailed}, {"db", kAlive}, {"self", kAlive}}), "self");
    EXPECT_TRUE(liveness.nodes.empty());
}

// One of two cannot know either, but whom it cannot reach its clients rarely can.
TEST(RingLiveness, HalfOfTheRingMayFail) {
    EXPECT_EQ(ring_liveness(ring({{"b", kFailed}, {"self", kAlive}}), "self").nodes,
              (Nodes{{"b", Liveness::Absent}}));
    const auto half = ring_liveness(
        ring({{"a", kAlive}, {"b", kFailed}, {"c", kFailed}, {"self", kAlive}}), "self");
    EXPECT_FALSE(half.is_doubtful);
    EXPECT_EQ(half.nodes, (Nodes{{"b", Liveness::Absent}, {"c", Liveness::Absent}}));
}

TEST(RingLiveness, AMinorityDoubtsThatTheOthersFailed) {
    const auto liveness = ring_liveness(
        ring({{"a", kFailed}, {"b", kFailed}, {"gone", kLeft}, {"self", kAlive}}), "self");
    EXPECT_TRUE(liveness.is_doubtful);
    EXPECT_EQ(
        liveness.nodes,
        (Nodes{{"a", Liveness::Doubtful}, {"b", Liveness::Doubtful}, {"gone", Liveness::Absent}}));
}

}  // namespace
}  // namespace weft::agent
