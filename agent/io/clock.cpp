#include "agent/io/clock.hpp"

#include <chrono>

namespace weft {

Instant now() {
    return Instant(std::chrono::steady_clock::now().time_since_epoch());
}

WallTime wall_now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

}  // namespace weft
