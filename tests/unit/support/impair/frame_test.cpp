#include "tests/support/impair/frame.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/unit/support/impair/frames.hpp"

namespace weft::test {
namespace {

int bits_between(const Frame& a, const Frame& b, std::size_t from) {
    int bits = 0;
    for (std::size_t i = from; i < a.size(); ++i)
        bits += std::popcount(static_cast<unsigned>(a[i] ^ b[i]));
    return bits;
}

TEST(Frame, AFixedChecksumFitsTheChangedPayload) {
    const Frame sealed = seal(udp_frame(2, {1, 2, 3, 4, 5}));
    ASSERT_EQ(udp_sum(sealed), 0xffff);
    for (std::uint64_t bit = 0; bit < 40; ++bit) {
        Frame frame = sealed;
        ASSERT_TRUE(flip_bit(frame, bit, Checksum::Fixed));
        EXPECT_EQ(udp_sum(frame), 0xffff) << bit;
        EXPECT_EQ(bits_between(frame, sealed, 42), 1) << bit;
    }
}

TEST(Frame, ABrokenChecksumStaysAsItWas) {
    const Frame sealed = seal(udp_frame(2, {1, 2, 3}));
    Frame frame = sealed;
    ASSERT_TRUE(flip_bit(frame, 7, Checksum::Broken));
    EXPECT_NE(udp_sum(frame), 0xffff);
    EXPECT_EQ(bits_between(frame, sealed, 0), 1);
}

TEST(Frame, WithoutChecksumOrPayloadNothingElseChanges) {
    const Frame open = udp_frame(2, {0});
    Frame frame = open;
    ASSERT_TRUE(flip_bit(frame, 0, Checksum::Fixed));
    EXPECT_EQ(bits_between(frame, open, 0), 1) << "zero means: no checksum";
    Frame empty = udp_frame(2, {});
    EXPECT_FALSE(flip_bit(empty, 0, Checksum::Fixed));
}

TEST(Frame, TruncatedAndFragmentedFramesAreNoTransport) {
    const Frame whole = seal(udp_frame(3, {1, 2, 3}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Frame part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(transport_of(part)) << size;
        EXPECT_EQ(protocol_of(part), Protocol::Other);
    }
    Frame fragment = whole;
    fragment[20] = 0x20;  // more follow
    EXPECT_FALSE(transport_of(fragment));
    EXPECT_EQ(protocol_of(fragment), Protocol::Udp);
}

TEST(Frame, DestinationIsTheNumberInTheAddress) {
    EXPECT_EQ(destination_of(udp_frame(3, {})), 3u);
    EXPECT_EQ(destination_of(Frame(14, 0xff)), 0u);
    EXPECT_EQ(destination_of(Frame(14, 0x02)), std::nullopt);
    EXPECT_EQ(destination_of(udp_frame(0, {})), std::nullopt);
    EXPECT_EQ(destination_of(Frame{2, 0x57}), std::nullopt);
}

}  // namespace
}  // namespace weft::test
