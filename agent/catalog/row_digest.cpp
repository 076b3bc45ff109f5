#include "agent/catalog/row_digest.hpp"

#include <xxhash.h>

namespace weft::agent {

Digest row_digest(std::string_view key, std::string_view value) {
    // The key's hash seeds the value's, so that bytes cannot move from one to the other unnoticed.
    const XXH64_hash_t seed = XXH3_64bits(key.data(), key.size());
    const XXH128_hash_t hash = XXH3_128bits_withSeed(value.data(), value.size(), seed);
    return Digest{hash.low64, hash.high64};
}

Digest& operator+=(Digest& sum, const Digest& row) {
    sum.low += row.low;
    sum.high += row.high + (sum.low < row.low ? 1 : 0);
    return sum;
}

Digest& operator-=(Digest& sum, const Digest& row) {
    const std::uint64_t borrow = sum.low < row.low ? 1 : 0;
    sum.low -= row.low;
    sum.high -= row.high + borrow;
    return sum;
}

}  // namespace weft::agent
