#include "gossip/core/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weft::gossip {

std::string Endpoint::str() const {
    if (address.is_v6()) return fmt::format("[{}]:{}", address.str(), port);
    return fmt::format("{}:{}", address.str(), port);
}

std::optional<IpAddress> address_from_bytes(std::string_view bytes) {
    if (bytes.size() == 4) {
        std::array<std::uint8_t, 4> raw{};
        std::copy(bytes.begin(), bytes.end(), raw.begin());
        return IpAddress::v4(raw);
    }
    if (bytes.size() == 16) {
        std::array<std::uint8_t, 16> raw{};
        std::copy(bytes.begin(), bytes.end(), raw.begin());
        return IpAddress::v6(raw);
    }
    return std::nullopt;
}

std::string_view bytes_of(const IpAddress& address) {
    const auto bytes = address.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace weft::gossip
