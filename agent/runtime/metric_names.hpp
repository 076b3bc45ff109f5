#pragma once

#include <span>
#include <string_view>

namespace weft::agent {

// Consul's name for a family of ours, for dashboards made for Consul.
struct ConsulName {
    std::string_view family;  // "weft_http_request_seconds"
    std::string_view name;    // "http.request", without the prefix
    std::string_view labels;  // those that are kept, separated by spaces; series that differ in
                              // others are summed

    bool keeps_label(std::string_view label) const;
};

std::span<const ConsulName> consul_names();

// Null for a family that Consul has no name for: it is seen in /metrics only.
const ConsulName* consul_name_of(std::string_view family);

}  // namespace weft::agent
