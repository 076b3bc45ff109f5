#include "gossip/net/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::gossip {
namespace {

// ::ffff:0:0/96, RFC 4291 section 2.5.5.2.
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::array<std::uint8_t, 16> mapped_bytes(const IpAddress& address) {
    std::array<std::uint8_t, 16> bytes{};
    const auto given = address.bytes();
    if (address.is_v6()) {
        std::copy(given.begin(), given.end(), bytes.begin());
    } else {
        std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
        std::copy(given.begin(), given.end(), bytes.begin() + kMappedPrefix.size());
    }
    return bytes;
}

IpAddress from_v6(const std::uint8_t* given) {
    std::array<std::uint8_t, 16> bytes;
    std::copy_n(given, bytes.size(), bytes.begin());
    return without_mapping(IpAddress::v6(bytes));
}

IpAddress from_v4(const void* given) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), given, bytes.size());
    return IpAddress::v4(bytes);
}

}  // namespace

IpAddress without_mapping(const IpAddress& address) {
    const auto bytes = address.bytes();
    if (address.is_v4() || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin()))
        return address;
    return from_v4(bytes.data() + kMappedPrefix.size());
}

std::optional<SocketAddress> to_socket_address(const Endpoint& endpoint, bool is_v6_socket) {
    SocketAddress address;
    if (is_v6_socket) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        const auto bytes = mapped_bytes(endpoint.address);
        std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
        std::memcpy(&address.bytes, &v6, sizeof(v6));
        address.size = sizeof(v6);
        return address;
    }
    const IpAddress plain = without_mapping(endpoint.address);
    if (plain.is_v6()) return std::nullopt;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, plain.bytes().data(), plain.bytes().size());
    std::memcpy(&address.bytes, &v4, sizeof(v4));
    address.size = sizeof(v4);
    return address;
}

Endpoint to_endpoint(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &address, sizeof(v6));
        return {from_v6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)};
    }
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof(v4));
    return {from_v4(&v4.sin_addr), ntohs(v4.sin_port)};
}

Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_bytes()), endpoint.port()};
    return {from_v6(address.to_v6().to_bytes().data()), endpoint.port()};
}

}  // namespace weft::gossip
