#include "agent/base/go_duration.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace weft {
namespace {

using namespace std::chrono_literals;

TEST(GoDuration, ReadsWhatGoReads) {
    EXPECT_EQ(parse_go_duration("10s").value(), 10s);
    EXPECT_EQ(parse_go_duration("1m30s").value(), 90s);
    EXPECT_EQ(parse_go_duration("100ms").value(), 100ms);
    EXPECT_EQ(parse_go_duration("1.5h").value(), 90min);
    EXPECT_EQ(parse_go_duration("-2us").value(), -2us);
    EXPECT_EQ(parse_go_duration("0").value(), 0s);
    EXPECT_EQ(parse_go_duration(".5s").value(), 500ms);
}

TEST(GoDuration, RefusesInGosWords) {
    EXPECT_EQ(parse_go_duration("30").error().message(), "time: missing unit in duration \"30\"");
    EXPECT_EQ(parse_go_duration("soon").error().message(), "time: invalid duration \"soon\"");
    EXPECT_EQ(parse_go_duration("5x").error().message(),
              "time: unknown unit \"x\" in duration \"5x\"");
    EXPECT_EQ(parse_go_duration("").error().message(), "time: invalid duration \"\"");
    EXPECT_EQ(parse_go_duration("9999999999999999h").error().message(),
              "time: invalid duration \"9999999999999999h\"");
    EXPECT_FALSE(parse_go_duration("99999999999999999999999999999999999999999s").has_value());
    EXPECT_FALSE(parse_go_duration(".s").has_value());
}

TEST(GoDuration, WritesWhatGoWrites) {
    EXPECT_EQ(format_go_duration(0s), "0s");
    EXPECT_EQ(format_go_duration(90s), "1m30s");
    EXPECT_EQ(format_go_duration(1500ms), "1.5s");
    EXPECT_EQ(format_go_duration(100ms), "100ms");
    EXPECT_EQ(format_go_duration(72h), "72h0m0s");
    EXPECT_EQ(format_go_duration(1500ns), "1.5\xc2\xb5s");
    EXPECT_EQ(format_go_duration(-1s), "-1s");
    EXPECT_EQ(format_go_duration(Duration{std::numeric_limits<std::int64_t>::min()}),
              "-2562047h47m16.854775808s");
}

}  // namespace
}  // namespace weft
