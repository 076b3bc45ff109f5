#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/cidr.hpp"
#include "api/http/config.hpp"

namespace weft::api {

// What the configuration says of every request: headers added to answers, endpoints that are
// blocked, networks that may write.
class AccessPolicy {
public:
    // The configuration was validated.
    explicit AccessPolicy(const HttpConfig& config);

    // Whole lines for every answer of a route.
    const std::string& common_headers() const { return common_headers_; }

    bool is_blocked(std::string_view path) const;
    bool may_write(std::string_view method, std::string_view client_address) const;

private:
    std::string common_headers_;
    std::vector<std::string> blocked_prefixes_;
    std::vector<Cidr> write_networks_;
};

}  // namespace weft::api
