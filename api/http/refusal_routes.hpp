#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "api/http/exchange.hpp"

namespace weft::api {

// One path whose every method is answered with the same words. methods: in the order of Consul's
// Allow header, separated by spaces.
struct RefusedPath {
    std::string_view pattern;
    std::string_view methods;
};

void add_refusals(std::vector<Route>& routes, int status, std::string_view text,
                  std::initializer_list<RefusedPath> paths);

}  // namespace weft::api
