#pragma once

#include <cstdint>

namespace weft {

// For an Rng, from the operating system's generator. Not for secrets.
std::uint64_t random_seed();

}  // namespace weft
