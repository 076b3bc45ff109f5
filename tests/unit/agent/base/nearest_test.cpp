#include "agent/base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace weft {
namespace {

constexpr std::array<std::string_view, 4> kKnown{"datacenter", "data_dir", "ports", "http"};

TEST(Nearest, FindsTheTypo) {
    EXPECT_EQ(nearest("datacenterr", kKnown), "datacenter");
    EXPECT_EQ(nearest("potrs", kKnown), "ports");
    EXPECT_EQ(nearest("data-dir", kKnown), "data_dir");
}

TEST(Nearest, SaysNothingWhenAllAreFar) {
    EXPECT_EQ(nearest("elephant", kKnown), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'a'), kKnown), std::nullopt);
}

TEST(Nearest, CountsEdits) {
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("ab", "ba"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance(std::string(129, 'a'), std::string(128, 'a')), 129u);
}

}  // namespace
}  // namespace weft
