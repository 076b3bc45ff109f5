#include "gossip/wire/keyring.hpp"

#include <gtest/gtest.h>

#include <string>

#include "gossip/wire/errc.hpp"

namespace weft::gossip {
namespace {

const std::string kFirst(16, 'a');
const std::string kSecond(24, 'b');

std::string sealed_by(Keyring& keyring, std::string_view plain) {
    std::string out;
    keyring.seal(out, plain, "label", {});
    return out;
}

TEST(Keyring, PrimaryIsTheFirstAndMayChange) {
    Keyring keyring;
    EXPECT_TRUE(keyring.is_empty());
    ASSERT_TRUE(keyring.add(kFirst));
    ASSERT_TRUE(keyring.add(kSecond));
    ASSERT_TRUE(keyring.add(kFirst));
    EXPECT_EQ(keyring.keys(), (std::vector<std::string>{kFirst, kSecond}));
    const std::string before = sealed_by(keyring, "text");
    ASSERT_TRUE(keyring.make_primary(kSecond));
    EXPECT_EQ(keyring.keys(), (std::vector<std::string>{kSecond, kFirst}));
    EXPECT_NE(sealed_by(keyring, "text"), before);
    std::string out;
    EXPECT_TRUE(keyring.open(out, before, "label"));
    EXPECT_EQ(out, "text");
    EXPECT_EQ(keyring.remove(kSecond).error().code, Errc::InvalidArgument);
    ASSERT_TRUE(keyring.remove(kFirst));
    EXPECT_EQ(keyring.open(out, before, "label").error().code, WireErrc::Undecryptable);
    EXPECT_EQ(keyring.make_primary(kFirst).error().code, Errc::NotFound);
}

TEST(Keyring, RefusesKeysOfOtherSizesAndTooMany) {
    Keyring keyring;
    EXPECT_EQ(keyring.add("short").error().code, Errc::InvalidArgument);
    for (std::size_t i = 0; i < Keyring::kKeysMax; ++i) {
        ASSERT_TRUE(keyring.add(std::string(15, 'x') + static_cast<char>(i)));
    }
    EXPECT_EQ(keyring.add(kSecond).error().code, Errc::Limit);
}

TEST(Keyring, TellsOtherVersionsFromWhatIsCutOff) {
    Keyring keyring;
    ASSERT_TRUE(keyring.add(kFirst));
    std::string out;
    EXPECT_EQ(keyring.open(out, "", "label").error().code, WireErrc::Truncated);
    EXPECT_EQ(keyring.open(out, "\x01short", "label").error().code, WireErrc::Truncated);
    EXPECT_EQ(keyring.open(out, "\x02short", "label").error().code, WireErrc::UnknownType);
    std::string other = sealed_by(keyring, "text");
    other.front() = '\x02';
    EXPECT_EQ(keyring.open(out, other, "label").error().code, WireErrc::UnknownType);
    EXPECT_EQ(out, "");
}

TEST(Keyring, OverheadIsWhatItSays) {
    Keyring keyring;
    ASSERT_TRUE(keyring.add(kFirst));
    EXPECT_EQ(sealed_by(keyring, "").size(), Keyring::kOverhead);
    std::string out = "kept";
    EXPECT_TRUE(keyring.open(out, sealed_by(keyring, "more"), "label"));
    EXPECT_EQ(out, "keptmore");
    EXPECT_EQ(keyring.open(out, sealed_by(keyring, "more"), "other").error().code,
              WireErrc::Undecryptable);
    EXPECT_EQ(out, "keptmore");
}

TEST(KeyText, IsBase64OfAPossibleLength) {
    for (const std::size_t size : {16, 24, 32}) {
        const std::string key(size, '\xfe');
        EXPECT_EQ(key_from_text(key_to_text(key)).value(), key);
    }
    EXPECT_EQ(key_to_text("0123456789abcdef"), "MDEyMzQ1Njc4OWFiY2RlZg==");
    for (const std::string_view bad : {"", "=", "====", "MDEyMzQ1Njc4OWFiY2RlZg", "MDEy",
                                       "MDEyMzQ1Njc4OWFiY2RlZg= ", "*DEyMzQ1Njc4OWFiY2RlZg=="}) {
        EXPECT_FALSE(key_from_text(bad)) << bad;
    }
}

}  // namespace
}  // namespace weft::gossip
