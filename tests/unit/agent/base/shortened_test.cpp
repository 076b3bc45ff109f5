#include "agent/base/shortened.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Shortened, WhatIsShortStaysAsItIs) {
    EXPECT_EQ(shortened(""), "");
    EXPECT_EQ(shortened(std::string(300, 'x')), std::string(300, 'x'));
}

TEST(Shortened, WhatIsLongIsCut) {
    EXPECT_EQ(shortened(std::string(301, 'x')), std::string(300, 'x') + "...");
    EXPECT_EQ(shortened(std::string(65'000, 'x')), std::string(300, 'x') + "...");
}

TEST(Shortened, NoCharacterIsCut) {
    const std::string euro = "\xe2\x82\xac";
    for (const std::size_t before : {298u, 299u}) {
        const std::string front(before, 'x');
        EXPECT_EQ(shortened(front + euro + "x"), front + "...");
    }
    const std::string front(297, 'x');
    EXPECT_EQ(shortened(front + euro + "x"), front + euro + "...");
}

// Bytes that are no text.
TEST(Shortened, WhatHasNoCharactersIsCut) {
    const std::string cut = shortened(std::string(1000, '\x80'));
    EXPECT_LE(cut.size(), 303u);
    EXPECT_GE(cut.size(), 299u);
}

}  // namespace
}  // namespace weft
