#include "api/dns/socket_address.hpp"

#include <fmt/format.h>

#include <charconv>

namespace weft::api {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

}  // namespace

std::optional<SocketAddress> SocketAddress::parse(std::string_view text,
                                                  std::uint16_t default_port) {
    if (const auto ip = IpAddress::parse(text)) return SocketAddress{*ip, default_port};
    std::string_view host = text;
    std::optional<std::uint16_t> port = default_port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty()) {
            if (rest[0] != ':') return std::nullopt;
            port = parse_port(rest.substr(1));
        }
    } else {
        const std::size_t colon = text.rfind(':');
        if (colon == std::string_view::npos) return std::nullopt;
        host = text.substr(0, colon);
        port = parse_port(text.substr(colon + 1));
    }
    const auto ip = IpAddress::parse(host);
    const bool needs_brackets = ip && ip->is_v6() && !text.starts_with('[');
    if (!ip || !port || needs_brackets) return std::nullopt;
    return SocketAddress{*ip, *port};
}

std::string SocketAddress::str() const {
    return ip.is_v6() ? fmt::format("[{}]:{}", ip.str(), port)
                      : fmt::format("{}:{}", ip.str(), port);
}

}  // namespace weft::api
