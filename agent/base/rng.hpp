#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace weft {

// Seeded generator (xoshiro256**, Blackman and Vigna 2018) handed to whatever needs randomness, so
// that a run can be repeated from its seed. Not for secrets. Not thread-safe: one per owner.
class Rng {
public:
    explicit Rng(std::uint64_t seed);

    std::uint64_t next();

    // Uniform in [0, bound); 0 when bound is 0.
    std::uint64_t below(std::uint64_t bound);

    // Uniform in [0, 1).
    double unit();

    template <class Range>
    void shuffle(Range& range) {
        for (std::uint64_t i = range.size(); i > 1; --i) {
            using std::swap;
            swap(range[i - 1], range[below(i)]);
        }
    }

private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace weft
