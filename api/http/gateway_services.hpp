#pragma once

#include <string>

#include "agent/catalog/view.hpp"

namespace weft::api {

// The services that a gateway's configuration entry binds to it; "null" for no gateway. The
// wildcard stands for itself.
std::string render_gateway_services(const agent::View& view, const std::string& gateway);

}  // namespace weft::api
