#include "gossip/core/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::gossip {

std::string Endpoint::str() const {
    if (address.is_v6()) return fmt::format("[{}]:{}", address.str(), port);
    return fmt::format("{}:{}", address.str(), port);
}

Endpoint Endpoint::unmapped() const {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const auto bytes = address.bytes();
    if (address.is_v4() || !std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return *this;
    return {IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]}), port};
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), port);
    const bool is_port = error == std::errc() && end == digits.end();
    if (!address || address->is_v6() != is_bracketed || !is_port) return std::nullopt;
    return Endpoint{*address, port};
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

Endpoint reply_to(const std::optional<std::string_view>& address, std::uint16_t port,
                  const Endpoint& from) {
    if (port == 0 || !address) return from;
    const auto named = address_from_bytes(*address);
    return named ? Endpoint{*named, port} : from;
}

std::string_view bytes_of(const IpAddress& address) {
    const auto bytes = address.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace weft::gossip
