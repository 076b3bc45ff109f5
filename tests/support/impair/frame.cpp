#include "tests/support/impair/frame.hpp"

namespace weft::test {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpv6Header = 40;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

std::uint16_t read16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void write16(std::span<std::uint8_t> bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

struct Ip {
    std::uint8_t next;   // protocol number
    std::size_t header;  // where the next header begins
    std::size_t end;
    bool fragment;
};

std::optional<Ip> ip_of(std::span<const std::uint8_t> frame) {
    if (frame.size() < kEthernetHeader + 20) return std::nullopt;
    const std::uint16_t type = read16(frame, 12);
    std::optional<Ip> ip;
    if (type == 0x0800) {
        const std::size_t length = std::size_t{4} * (frame[kEthernetHeader] & 0x0f);
        const bool fragment = (read16(frame, kEthernetHeader + 6) & 0x3fff) != 0;
        ip = Ip{.next = frame[kEthernetHeader + 9],
                .header = kEthernetHeader + length,
                .end = kEthernetHeader + read16(frame, kEthernetHeader + 2),
                .fragment = fragment};
    } else if (type == 0x86dd && frame.size() >= kEthernetHeader + kIpv6Header) {
        const std::size_t header = kEthernetHeader + kIpv6Header;
        ip = Ip{.next = frame[kEthernetHeader + 6],
                .header = header,
                .end = header + read16(frame, kEthernetHeader + 4),
                .fragment = false};
    }
    if (ip && (ip->end > frame.size() || ip->header > ip->end)) return std::nullopt;
    return ip;
}

// RFC 1624, equation 3: the checksum after one 16-bit word of what it covers has changed.
std::uint16_t checksum_after(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) {
    std::uint32_t sum = static_cast<std::uint16_t>(~checksum);
    sum += static_cast<std::uint16_t>(~before);
    sum += after;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::optional<Transport> transport_of(std::span<const std::uint8_t> frame) {
    const std::optional<Ip> ip = ip_of(frame);
    if (!ip || ip->fragment) return std::nullopt;
    const std::size_t at = ip->header;
    if (ip->next == kUdp && at + 8 <= ip->end)
        return Transport{Protocol::Udp, at, at + 6, at + 8, ip->end};
    if (ip->next == kTcp && at + 20 <= ip->end) {
        const std::size_t payload = at + std::size_t{4} * (frame[at + 12] >> 4);
        if (payload <= ip->end) return Transport{Protocol::Tcp, at, at + 16, payload, ip->end};
    }
    return std::nullopt;
}

Protocol protocol_of(std::span<const std::uint8_t> frame) {
    const std::optional<Ip> ip = ip_of(frame);
    if (ip && ip->next == kUdp) return Protocol::Udp;
    if (ip && ip->next == kTcp) return Protocol::Tcp;
    return Protocol::Other;
}

std::optional<std::size_t> destination_of(std::span<const std::uint8_t> frame) {
    if (frame.size() < kEthernetHeader) return std::nullopt;
    if ((frame[0] & 1) != 0) return 0;
    if (frame[0] != 0x02 || frame[1] != 0x57 || frame[2] != 0 || frame[3] != 0) return std::nullopt;
    const std::uint16_t number = read16(frame, 4);
    if (number == 0) return std::nullopt;
    return number;
}

bool flip_bit(std::span<std::uint8_t> frame, std::uint64_t choice, Checksum checksum) {
    const std::optional<Transport> transport = transport_of(frame);
    if (!transport || transport->payload == transport->end) return false;
    const std::size_t bits = 8 * (transport->end - transport->payload);
    const std::size_t bit = choice % bits;
    const std::size_t at = transport->payload + bit / 8;
    // The word that the checksum sees; behind an odd last byte it sees a zero.
    const std::size_t word = at - (at - transport->header) % 2;
    const auto value = [&] {
        return word + 1 < transport->end ? read16(frame, word)
                                         : static_cast<std::uint16_t>(frame[word] << 8);
    };
    const std::uint16_t before = value();
    frame[at] = static_cast<std::uint8_t>(frame[at] ^ (1U << (bit % 8)));
    const std::uint16_t held = read16(frame, transport->checksum);
    const bool absent = transport->protocol == Protocol::Udp && held == 0;
    if (checksum == Checksum::Broken || absent) return true;
    std::uint16_t fixed = checksum_after(held, before, value());
    // In UDP a zero means that there is none.
    if (fixed == 0 && transport->protocol == Protocol::Udp) fixed = 0xffff;
    write16(frame, transport->checksum, fixed);
    return true;
}

}  // namespace weft::test
