#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ip_address.hpp"

namespace weft::gossip {

// Where an agent is reached, over UDP and TCP alike. An IPv4 address in its 16-byte form is another
// address than the one in 4 bytes: peers compare bytes, so it is kept as it came.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;

    // An IPv4 address in its 16-byte form made one of 4 bytes: the same place for a socket.
    Endpoint unmapped() const;

    // "127.0.0.1:7946", "[::1]:7946"
    std::string str() const;
    static std::optional<Endpoint> parse(std::string_view text);
};

// 4 or 16 raw bytes, as messages carry them; nullopt for any other number.
std::optional<IpAddress> address_from_bytes(std::string_view bytes);
std::string_view bytes_of(const IpAddress& address);

// Where the answer to a ping goes: where it says, or else where it came from.
Endpoint reply_to(const std::optional<std::string_view>& address, std::uint16_t port,
                  const Endpoint& from);

}  // namespace weft::gossip
