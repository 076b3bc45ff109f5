#pragma once

#include <boost/json/parse_options.hpp>

namespace weft {

// For Boost.JSON, which by itself takes 32 levels: more than any file, entry or answer of an agent
// may have.
inline boost::json::parse_options deep_json() {
    boost::json::parse_options options;
    options.max_depth = 256;
    return options;
}

}  // namespace weft
