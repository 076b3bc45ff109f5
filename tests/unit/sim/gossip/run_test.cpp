#include "tests/sim/gossip/run.hpp"

#include <gtest/gtest.h>

namespace weft::sim {
namespace {

TEST(Run, TheSameSeedGivesTheSameTrace) {
    const Outcome one = run_seed({.seed = 11, .seconds = 20});
    const Outcome two = run_seed({.seed = 11, .seconds = 20});
    EXPECT_TRUE(one.is_good) << one.reason;
    EXPECT_EQ(one.trace, two.trace);
    EXPECT_EQ(one.str(), two.str());
}

TEST(Run, AnotherSeedGivesAnotherTrace) {
    EXPECT_NE(run_seed({.seed = 11, .seconds = 20}).trace,
              run_seed({.seed = 12, .seconds = 20}).trace);
}

TEST(Run, OptionsReplaceWhatTheSeedDraws) {
    const Outcome outcome =
        run_seed({.seed = 11, .agents = 5, .seconds = 20, .faults = std::vector{Fault::Loss}});
    EXPECT_TRUE(outcome.is_good) << outcome.reason;
    EXPECT_EQ(outcome.agents, 5U);
    EXPECT_TRUE(outcome.faults.starts_with("loss="));
    EXPECT_EQ(outcome.faults.find(','), std::string::npos);
}

TEST(Run, LastsTwoMinutesAtLeastAndEndsHealed) {
    const Outcome outcome = run_seed({.seed = 3});
    EXPECT_TRUE(outcome.is_good) << outcome.reason;
    EXPECT_GE(outcome.seconds, 120);
    EXPECT_GT(outcome.healed_after, 0);
}

}  // namespace
}  // namespace weft::sim
