#include "agent/cli/wait_goal.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

TEST(WaitGoal, AServiceNeedsSoManyPassingInstances) {
    const WaitGoal goal = WaitGoal::parse("service=web", 2).value();
    EXPECT_EQ(goal.target("").text(), "/v1/health/service/web?passing=1");
    EXPECT_EQ(goal.target("7").text(), "/v1/health/service/web?passing=1&index=7");
    EXPECT_EQ(goal.missing(200, "[{}]"), "1 of 2 instances of web are passing");
    EXPECT_EQ(goal.missing(200, "[{},{}]"), std::nullopt);
    EXPECT_TRUE(goal.can_block());
}

TEST(WaitGoal, AKeyMustExist) {
    const WaitGoal goal = WaitGoal::parse("key=a/b=c", 1).value();
    EXPECT_EQ(goal.target("").text(), "/v1/kv/a/b%3Dc");
    EXPECT_EQ(WaitGoal::parse("key=/a", 1).value().target("").text(), "/v1/kv/a");
    EXPECT_EQ(goal.missing(404, ""), "there is no key a/b=c");
    EXPECT_EQ(goal.missing(200, "[]"), std::nullopt);
}

TEST(WaitGoal, ALeaderMustBeKnown) {
    const WaitGoal goal = WaitGoal::parse("leader", 1).value();
    EXPECT_EQ(goal.missing(200, "\"\""), "there is no leader");
    EXPECT_EQ(goal.missing(200, "\"10.0.0.1:8300\""), std::nullopt);
    EXPECT_FALSE(goal.can_block());
}

TEST(WaitGoal, OthersAreRefused) {
    for (const char* text : {"", "web", "service=", "node=a"})
        EXPECT_FALSE(WaitGoal::parse(text, 1)) << text;
}

}  // namespace
}  // namespace weft::agent
