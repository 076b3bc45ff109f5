#include "tests/sim/engine/samples.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/engine/trace.hpp"

namespace weft::sim {
namespace {

TEST(Samples, PercentilesAreOfTheNearestRank) {
    Samples samples;
    EXPECT_TRUE(std::isnan(samples.seconds(50)));
    for (int i = 100; i > 0; --i) samples.add(std::chrono::seconds(i));
    EXPECT_EQ(samples.seconds(50), 50);
    EXPECT_EQ(samples.seconds(99), 99);
    EXPECT_EQ(samples.seconds(100), 100);
}

TEST(Trace, DependsOnContentAndOrder) {
    Trace one;
    Trace two;
    one.add("a");
    one.add("b");
    two.add("b");
    two.add("a");
    EXPECT_NE(one.hash(), two.hash());
    EXPECT_EQ(one.str().size(), 16U);
}

}  // namespace
}  // namespace weft::sim
