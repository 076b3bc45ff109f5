#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::sim {

struct BenchOptions {
    std::size_t agents = 50;
    int rounds = 10;
    std::uint64_t seed = 1;
    bool with_model = true;
};

// Prints how long news takes in a ring of production nodes and what it costs, beside the model of
// the published algorithm on the same network.
void run_bench(const BenchOptions& options);

// Prints what becomes of a ring when many join, all restart, some are blocked most of the time.
// Takes no rounds.
void run_upheaval_bench(const BenchOptions& options);

}  // namespace weft::sim
