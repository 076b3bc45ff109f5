#pragma once

#include <cstdint>

#include "tests/sim/gossip/run.hpp"

namespace weft::sim {

struct BatchOptions {
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    int jobs = 2;
    int verify_percent = 1;  // of the seeds run twice: the hashes must be equal
    int failures_most = 10;  // then it gives up
    bool minimises = true;   // finds the least faults that still show a failure
    RunOptions run;          // but for the seed
};

// Runs the seeds, each in a process of its own, since a broken invariant ends its process; prints
// the failures in order of the seeds, each with the least faults that still show it, and a summary.
// Returns how many failed.
int run_batch(const BatchOptions& options);

// One seed in a process of its own.
Outcome run_isolated(const RunOptions& options);

}  // namespace weft::sim
