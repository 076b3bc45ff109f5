#include "gossip/core/awareness.hpp"

#include <gtest/gtest.h>

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

TEST(Awareness, MissingNacksTellThatItIsUs) {
    Awareness awareness(8);
    awareness.failed(3, 3);
    EXPECT_EQ(awareness.score(), 0) << "all helpers answered: the target is the sick one";
    awareness.failed(3, 1);
    EXPECT_EQ(awareness.score(), 2);
    awareness.failed(0, 0);
    awareness.refuted();
    EXPECT_EQ(awareness.score(), 4);
    awareness.succeeded();
    EXPECT_EQ(awareness.stretched(1s), 4s);
}

TEST(Awareness, StaysWithinItsBounds) {
    Awareness awareness(8);
    awareness.succeeded();
    EXPECT_EQ(awareness.score(), 0);
    awareness.failed(30, 0);
    EXPECT_EQ(awareness.score(), 7);
}

}  // namespace
}  // namespace weft::gossip
