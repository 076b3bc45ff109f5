#include "tests/sim/engine/trace.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace weft::sim {

void Trace::add(std::string_view bytes) {
    hash_ = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash_ + bytes.size());
}

void Trace::add(std::uint64_t number) {
    hash_ = XXH3_64bits_withSeed(&number, sizeof number, hash_);
}

std::string Trace::str() const {
    return fmt::format("{:016x}", hash_);
}

}  // namespace weft::sim
