#include "agent/health/failure_lines.hpp"

#include <gtest/gtest.h>

namespace weft::agent {

TEST(FailureLines, TheFirstAtOnceFurtherOnesAsANumber) {
    Instant now{};
    FailureLines lines;
    EXPECT_EQ(lines.failed(now), 1U);
    now += FailureLines::kInterval / 2;
    EXPECT_EQ(lines.failed(now), 0U);
    EXPECT_EQ(lines.failed(now), 0U);
    now += FailureLines::kInterval / 2;
    EXPECT_EQ(lines.failed(now), 3U);
}

TEST(FailureLines, TheEndIsToldOnceAndOnlyOfLoggedFailures) {
    Instant now{};
    FailureLines lines;
    EXPECT_FALSE(lines.ended());
    EXPECT_EQ(lines.failed(now), 1U);
    EXPECT_TRUE(lines.ended());
    EXPECT_FALSE(lines.ended());
    // What comes and goes is no reason for more lines.
    EXPECT_EQ(lines.failed(now), 0U);
    EXPECT_FALSE(lines.ended());
    now += FailureLines::kInterval;
    EXPECT_EQ(lines.failed(now), 1U);
    EXPECT_TRUE(lines.ended());
}

}  // namespace weft::agent
