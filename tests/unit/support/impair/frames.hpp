#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "tests/support/impair/frame.hpp"

namespace weft::test {

// A UDP datagram over IPv4 to the interface `to`, without a checksum until seal() gives it one.
inline Frame udp_frame(std::size_t to, const std::vector<std::uint8_t>& payload) {
    const auto low = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
    Frame frame(14 + 20 + 8);
    frame[0] = 0x02;
    frame[1] = 0x57;
    frame[5] = low(to);
    frame[12] = 0x08;
    frame[14] = 0x45;
    frame[16] = low((28 + payload.size()) >> 8);
    frame[17] = low(28 + payload.size());
    frame[23] = 17;
    frame[29] = 1;
    frame[33] = low(to);
    frame[38] = low((8 + payload.size()) >> 8);
    frame[39] = low(8 + payload.size());
    for (const std::uint8_t byte : payload) frame.push_back(byte);
    return frame;
}

// The one's complement sum of what UDP's checksum covers (RFC 768), the checksum itself included:
// 0xffff when it fits.
inline std::uint16_t udp_sum(const Frame& frame) {
    std::uint32_t sum = 17 + static_cast<std::uint32_t>(frame.size() - 34);
    for (std::size_t at = 26; at < frame.size(); at += 2)
        sum += static_cast<std::uint32_t>(frame[at] << 8 |
                                          (at + 1 < frame.size() ? frame[at + 1] : 0));
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

inline Frame seal(Frame frame) {
    const auto checksum = static_cast<std::uint16_t>(~udp_sum(frame));
    frame[40] = static_cast<std::uint8_t>(checksum >> 8);
    frame[41] = static_cast<std::uint8_t>(checksum);
    return frame;
}

}  // namespace weft::test
