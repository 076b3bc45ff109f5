#include "agent/health/check_state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weft::agent {

namespace {

CheckDefinition with_thresholds(std::int64_t success, std::int64_t warning, std::int64_t critical) {
    CheckDefinition definition;
    definition.success_before_passing = success;
    definition.failures_before_warning = warning;
    definition.failures_before_critical = critical;
    return definition;
}

// Results as p, w, c; what is shown after each, with . for "stays".
std::string play(CheckThresholds thresholds, std::string_view results) {
    std::string shown;
    for (const char result : results) {
        const Status status = result == 'p'   ? Status::Passing
                              : result == 'w' ? Status::Warning
                                              : Status::Critical;
        const auto decided = thresholds.observe(status);
        shown += !decided                      ? '.'
                 : *decided == Status::Passing ? 'p'
                 : *decided == Status::Warning ? 'w'
                                               : 'c';
    }
    return shown;
}

}  // namespace

TEST(CheckThresholds, WithoutThresholdsEachResultCounts) {
    EXPECT_EQ(play(CheckThresholds(with_thresholds(0, 0, 0)), "pcwcpp"), "pcwcpp");
}

TEST(CheckThresholds, TheFirstResultCountsAtOnceInEitherDirection) {
    EXPECT_EQ(play(CheckThresholds(with_thresholds(3, 0, 3)), "p"), "p");
    EXPECT_EQ(play(CheckThresholds(with_thresholds(3, 0, 3)), "c"), "c");
}

TEST(CheckThresholds, LaterChangesNeedARowOfEqualResults) {
    EXPECT_EQ(play(CheckThresholds(with_thresholds(2, 0, 3)), "pccpcccppcc"),
              "p...."
              "."
              "c.p..");
}

TEST(CheckThresholds, AWarningCountsAsSuccessAndResetsFailures) {
    EXPECT_EQ(play(CheckThresholds(with_thresholds(0, 0, 2)), "pcwcc"), "p.w.c");
}

TEST(CheckThresholds, FailuresPassThroughWarningWhenAsked) {
    EXPECT_EQ(play(CheckThresholds(with_thresholds(0, 1, 3)), "pcccc"), "pwwcc");
}

TEST(CheckThresholds, AfterARestartOneResultAgainstTheKnownStatusDoesNotCount) {
    CheckThresholds thresholds(with_thresholds(2, 0, 2));
    thresholds.resume(Status::Passing);
    EXPECT_EQ(play(thresholds, "cc"), ".c");
    thresholds.resume(Status::Critical);
    EXPECT_EQ(play(thresholds, "pp"), ".p");
}

}  // namespace weft::agent
