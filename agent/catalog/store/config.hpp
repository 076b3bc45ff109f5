#pragma once

#include <chrono>
#include <cstddef>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

namespace weft::agent {

// When the catalog's changes go to disk. Losing them costs nothing: the log has them.
struct WriteBehindConfig {
    Duration interval = std::chrono::seconds(2);  // after the first change since the last round
    std::size_t bytes = std::size_t{8} << 20;     // of applied commands; a round starts earlier

    Result<void> validate() const;
};

}  // namespace weft::agent
