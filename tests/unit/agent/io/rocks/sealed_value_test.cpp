#include "agent/io/rocks/sealed_value.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(SealedValue, EveryFlippedBitAndAWrongKeyAreFound) {
    std::string value = "some data";
    seal("key", value);
    EXPECT_EQ(unseal("key", value).value(), "some data");
    EXPECT_FALSE(unseal("kez", value));
    EXPECT_FALSE(unseal("key", "short"));
    for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
        std::string flipped = value;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(unseal("key", flipped)) << bit;
    }
}

TEST(SealedValue, NumbersAreLittleEndianAndComeBack) {
    const std::string payload = encode_number(0x0102030405060708);
    EXPECT_EQ(payload, "\x08\x07\x06\x05\x04\x03\x02\x01");
    EXPECT_EQ(decode_number(payload).value(), 0x0102030405060708U);
    EXPECT_FALSE(decode_number("short"));
    EXPECT_FALSE(decode_number(payload + "x"));
}

}  // namespace
}  // namespace weft
