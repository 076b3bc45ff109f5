#include "agent/io/output_tail.hpp"

#include <gtest/gtest.h>

namespace weft {

TEST(OutputTail, KeepsTheLastBytesAndCountsAll) {
    OutputTail tail(4);
    tail.append("ab");
    EXPECT_EQ(tail.str(), "ab");
    tail.append("cde");
    EXPECT_EQ(tail.str(), "bcde");
    tail.append("0123456789");
    EXPECT_EQ(tail.str(), "6789");
    tail.append("x");
    EXPECT_EQ(tail.str(), "789x");
    EXPECT_EQ(tail.total(), 16u);
}

}  // namespace weft
