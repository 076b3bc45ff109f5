#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ip_address.hpp"

namespace weft::api {

inline constexpr std::uint16_t kDnsPort = 53;

struct SocketAddress {
    IpAddress ip;
    std::uint16_t port = 0;

    // "1.2.3.4", "1.2.3.4:53", "::1", "[::1]", "[::1]:53".
    static std::optional<SocketAddress> parse(std::string_view text, std::uint16_t default_port);
    std::string str() const;
    bool operator==(const SocketAddress&) const = default;
};

}  // namespace weft::api
