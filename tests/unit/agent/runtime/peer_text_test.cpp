#include "agent/runtime/peer_text.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

TEST(PeerText, WhatIsShortStaysAsItIs) {
    EXPECT_EQ(peer_text(""), "");
    EXPECT_EQ(peer_text(std::string(300, 'x')), std::string(300, 'x'));
}

TEST(PeerText, WhatIsLongIsCut) {
    EXPECT_EQ(peer_text(std::string(301, 'x')), std::string(300, 'x') + "...");
    EXPECT_EQ(peer_text(std::string(65'000, 'x')), std::string(300, 'x') + "...");
}

TEST(PeerText, NoCharacterIsCut) {
    const std::string euro = "\xe2\x82\xac";
    for (const std::size_t before : {298u, 299u}) {
        const std::string front(before, 'x');
        EXPECT_EQ(peer_text(front + euro + "x"), front + "...");
    }
    const std::string front(297, 'x');
    EXPECT_EQ(peer_text(front + euro + "x"), front + euro + "...");
}

// Bytes that are no text.
TEST(PeerText, WhatHasNoCharactersIsCut) {
    const std::string cut = peer_text(std::string(1000, '\x80'));
    EXPECT_LE(cut.size(), 303u);
    EXPECT_GE(cut.size(), 299u);
}

}  // namespace
}  // namespace weft::agent
