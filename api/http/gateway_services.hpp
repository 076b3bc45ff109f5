#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/catalog/view.hpp"

namespace weft::api {

// The services that a gateway's configuration entry binds to it, by name; "null" for no gateway. A
// wildcard stands for all services that are no proxies or gateways, but for consul.
std::string render_gateway_services(const agent::View& view, const std::string& gateway);

// The names of the ingress gateways that a service is bound to, in order.
std::vector<std::string> ingress_gateways_of(const agent::View& view, std::string_view service);

}  // namespace weft::api
