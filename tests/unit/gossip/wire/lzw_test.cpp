#include "gossip/wire/lzw.hpp"

#include <gtest/gtest.h>

#include <string>

#include "agent/base/rng.hpp"
#include "gossip/wire/errc.hpp"

namespace weft::gossip {
namespace {

constexpr std::size_t kMax = std::size_t{1} << 20;

std::string packed(std::string_view plain) {
    std::string out;
    lzw_compress(out, plain);
    return out;
}

std::error_code refusal(std::string_view bytes, std::size_t max = kMax) {
    std::string out = "kept";
    const auto expanded = lzw_expand(out, bytes, max);
    EXPECT_EQ(out, "kept");
    return expanded ? std::error_code() : expanded.error().code;
}

// Texts of a few letters, so that long strings are defined, and of all bytes, so that the table
// fills up.
std::string random_text(Rng& rng, std::size_t size, std::uint64_t letters) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(rng.below(letters)));
    return text;
}

TEST(Lzw, ExpandsWhatItCompressed) {
    Rng rng(7);
    for (const std::uint64_t letters : {1, 2, 5, 256}) {
        for (const std::size_t size : {1, 2, 3, 255, 254, 256, 3000, 5000, 20000, 100000}) {
            const std::string plain = random_text(rng, size, letters);
            std::string out = "before ";
            ASSERT_TRUE(lzw_expand(out, packed(plain), kMax)) << letters << " " << size;
            EXPECT_EQ(out, "before " + plain) << letters << " " << size;
        }
    }
}

TEST(Lzw, WritesTheCodesOfThePaper) {
    // CLEAR, 'a', 258 (the string that it defines), END: 9 bits each, the lowest first.
    EXPECT_EQ(packed("aaa"), std::string("\x00\xc3\x08\x0c\x08", 5));
}

TEST(Lzw, RefusesWhatIsDamaged) {
    const std::string whole = packed("a text, a text, a text");
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
        EXPECT_EQ(refusal(whole.substr(0, size)), WireErrc::BadCompression) << size;
    }
    // CLEAR and a code that nothing has defined.
    EXPECT_EQ(refusal(std::string("\x00\xff\xff\xff", 4)), WireErrc::BadCompression);
    EXPECT_EQ(refusal(packed("")), WireErrc::Empty);
    EXPECT_EQ(refusal(packed(std::string(100, 'a')), 99), WireErrc::TooLarge);
}

TEST(Lzw, IgnoresWhatFollowsTheEnd) {
    std::string out;
    EXPECT_TRUE(lzw_expand(out, packed("text") + "more", kMax));
    EXPECT_EQ(out, "text");
}

TEST(Lzw, SurvivesRandomBytes) {
    Rng rng(11);
    for (int i = 0; i < 2000; ++i) {
        std::string out;
        (void)lzw_expand(out, random_text(rng, rng.below(400), 256), 10'000);
        EXPECT_LE(out.size(), 10'000u);
    }
}

}  // namespace
}  // namespace weft::gossip
