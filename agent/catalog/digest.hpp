#pragma once

#include <cstdint>

namespace weft::agent {

// 128-bit sum over all rows: equal states have equal digests, whatever the order of changes.
struct Digest {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Digest&) const = default;
};

}  // namespace weft::agent
