#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "tests/sim/engine/fault.hpp"

namespace weft::sim {

inline constexpr Duration kProgressEvery = std::chrono::seconds(10);

struct RunOptions {
    std::uint64_t seed = 1;
    // In place of what the seed draws.
    std::optional<std::size_t> agents = {};
    std::optional<int> seconds = {};  // before the world is healed
    std::optional<std::vector<Fault>> faults =
        {};  // these and no others; their rates are the seed's
    std::function<void(const std::string&)> print = {};  // what happens, a line each; may be empty
    // How far it is, each kProgressEvery of virtual time; may be empty. Changes nothing of the run.
    std::function<void(Instant now, std::uint64_t steps)> progress = {};
};

struct Outcome {
    bool is_good = false;
    std::string reason;  // why not
    std::size_t agents = 0;
    std::string faults;
    std::string wire;
    std::string trace;        // hash of all that happened
    double seconds = 0;       // virtual
    double healed_after = 0;  // until all saw what is
    std::uint64_t failures = 0;
    std::uint64_t false_failures = 0;

    std::string str() const;  // a line
};

// One world from its seed: suffers, is healed, and must come to rest as it should be.
Outcome run_seed(const RunOptions& options);

// The faults that a seed draws.
std::vector<Fault> faults_of(std::uint64_t seed);

}  // namespace weft::sim
