#include "agent/base/result.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return make_error(Errc::InvalidArgument, "odd number");
    return number / 2;
}

Result<int> quarter(int number) {
    WEFT_TRY(const int once, half(number));
    return half(once);
}

TEST(Result, TryPassesValuesAndErrorsOn) {
    EXPECT_EQ(quarter(8).value(), 2);
    ASSERT_FALSE(quarter(6).has_value());
    EXPECT_EQ(quarter(6).error().code, Errc::InvalidArgument);
    EXPECT_EQ(quarter(6).error().message(), "odd number");
}

TEST(Result, ErrorWithoutContextSpeaksByItsCode) {
    const Result<void> result = make_error(Errc::Timeout);
    EXPECT_EQ(result.error().message(), "timed out");
}

}  // namespace
}  // namespace weft
