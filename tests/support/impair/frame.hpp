#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace weft::test {

using Frame = std::vector<std::uint8_t>;

// What a rule can be limited to. Other: ARP, ICMP, neighbour discovery, later fragments and all
// that is not IP.
enum class Protocol { Udp, Tcp, Other };
inline constexpr std::size_t kProtocols = 3;

// Offsets into an unfragmented UDP or TCP frame over IPv4 or IPv6 without extension headers.
struct Transport {
    Protocol protocol;
    std::size_t header;    // where UDP's or TCP's own header begins
    std::size_t checksum;  // two bytes
    std::size_t payload;
    std::size_t end;  // behind the payload; link-layer padding may follow
};
std::optional<Transport> transport_of(std::span<const std::uint8_t> frame);

Protocol protocol_of(std::span<const std::uint8_t> frame);

// Interfaces are numbered from 1 and have the address 02:57:00:00:HH:LL, so nothing has to be
// learned. 0: to everyone (broadcast and multicast); nothing: an address that is not ours, or no
// whole header.
std::optional<std::size_t> destination_of(std::span<const std::uint8_t> frame);

enum class Checksum {
    Fixed,  // made to fit the changed payload: the program gets the wrong bytes
    Broken  // left as it was: the receiving kernel drops the frame, TCP sends again
};

// Flips one bit of the payload, the choice-th (modulo its size). False, and nothing done, without a
// payload.
bool flip_bit(std::span<std::uint8_t> frame, std::uint64_t choice, Checksum checksum);

}  // namespace weft::test
