#include "agent/base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace weft {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN + 1> buffer{};
    if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::memcpy(buffer.data(), text.data(), text.size());
    IpAddress address;
    if (inet_pton(AF_INET, buffer.data(), address.bytes_.data()) == 1) return address;
    if (inet_pton(AF_INET6, buffer.data(), address.bytes_.data()) == 1) {
        address.is_v4_ = false;
        return address;
    }
    return std::nullopt;
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
    IpAddress address;
    std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
    return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes) {
    IpAddress address;
    address.bytes_ = bytes;
    address.is_v4_ = false;
    return address;
}

bool IpAddress::is_unspecified() const {
    const auto all = bytes();
    return std::all_of(all.begin(), all.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string IpAddress::str() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
    return buffer.data();
}

}  // namespace weft
