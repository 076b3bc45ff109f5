#pragma once

#include "agent/base/time.hpp"

namespace weft {

// The clocks of the machine, for shells: cores are handed the time.
Instant now();
WallTime wall_now();

}  // namespace weft
