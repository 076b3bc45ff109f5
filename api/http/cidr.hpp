#pragma once

#include <string_view>
#include <vector>

#include "agent/base/ip_address.hpp"
#include "agent/base/result.hpp"

namespace weft::api {

// A network of addresses: 10.0.0.0/8, fd00::/8. For http_config.allow_write_http_from.
class Cidr {
public:
    static Result<Cidr> parse(std::string_view text);

    // IPv4-mapped IPv6 addresses count as the IPv4 address that they carry.
    bool contains(const IpAddress& address) const;

private:
    IpAddress network_;
    unsigned prefix_bits_ = 0;
};

}  // namespace weft::api
