#pragma once

#include "api/http/exchange.hpp"
#include "api/http/layout.hpp"
#include "api/http/read_options.hpp"

namespace weft::api {

// A query of the catalog with everything that its answer depends on besides the catalog.
struct CatalogRead {
    CatalogQuery query;
    ReadOptions options;
    Layout layout;
    bool cache_hit = false;  // what X-Cache will say

    // Its answer may have to wait, or depends on what was asked before.
    bool is_special() const { return options.index > 0 || options.cached; }
};

}  // namespace weft::api
