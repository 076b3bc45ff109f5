#include "agent/io/random_seed.hpp"

#include <random>

namespace weft {

std::uint64_t random_seed() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

}  // namespace weft
