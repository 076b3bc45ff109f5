#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft {

// An IPv4 or IPv6 address as a value; for cores, which know no sockets.
class IpAddress {
public:
    // The textual forms of RFC 4291 and dotted quads; nothing else (no zone, no port, no brackets).
    static std::optional<IpAddress> parse(std::string_view text);
    static IpAddress v4(std::array<std::uint8_t, 4> bytes);
    static IpAddress v6(std::array<std::uint8_t, 16> bytes);

    bool is_v4() const { return is_v4_; }
    bool is_v6() const { return !is_v4_; }
    bool is_unspecified() const;

    // 4 or 16 bytes in network order.
    std::span<const std::uint8_t> bytes() const { return {bytes_.data(), is_v4_ ? 4u : 16u}; }
    std::string str() const;

    auto operator<=>(const IpAddress&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
    bool is_v4_ = true;
};

}  // namespace weft
