#include "agent/base/shared_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weft {
namespace {

TEST(SharedText, CopiesShareAndCompareByContent) {
    const SharedText text("web");
    const SharedText copy = text;
    EXPECT_EQ(copy.view().data(), text.view().data());
    EXPECT_EQ(copy, SharedText(std::string("web")));
    EXPECT_LT(SharedText("a"), SharedText("b"));
    EXPECT_TRUE(SharedText("").empty());
    EXPECT_EQ(sizeof(SharedText), sizeof(void*));
}

TEST(Shared, TellsNullFromEmpty) {
    using List = std::vector<int>;
    const Shared<List> none;
    const Shared<List> empty{List{}};
    EXPECT_TRUE(none.is_null());
    EXPECT_FALSE(empty.is_null());
    EXPECT_FALSE(none == empty);
    EXPECT_EQ(none.get(), empty.get());
    EXPECT_EQ(Shared<List>(List{1}), Shared<List>(List{1}));
}

}  // namespace
}  // namespace weft
