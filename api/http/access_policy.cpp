#include "api/http/access_policy.hpp"

#include "api/http/layout.hpp"

namespace weft::api {

AccessPolicy::AccessPolicy(const HttpConfig& config) : blocked_prefixes_(config.block_endpoints) {
    for (const auto& [name, value] : config.response_headers) {
        common_headers_.append(canonical_header_name(name))
            .append(": ")
            .append(value)
            .append("\r\n");
    }
    common_headers_.append("Vary: Accept-Encoding\r\n");
    for (const std::string& text : config.allow_write_cidrs) {
        if (auto network = Cidr::parse(text)) write_networks_.push_back(network.value());
    }
}

bool AccessPolicy::is_blocked(std::string_view path) const {
    for (const std::string& prefix : blocked_prefixes_) {
        if (path.starts_with(prefix)) return true;
    }
    return false;
}

bool AccessPolicy::may_write(std::string_view method, std::string_view client_address) const {
    if (write_networks_.empty() || method == "GET" || method == "HEAD" || method == "OPTIONS") {
        return true;
    }
    auto address = IpAddress::parse(client_address);
    if (!address) return false;  // a unix socket has no network
    for (const Cidr& network : write_networks_) {
        if (network.contains(*address)) return true;
    }
    return false;
}

}  // namespace weft::api
