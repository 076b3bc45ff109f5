#pragma once

#include <fmt/format.h>

#include <string>

#include "tests/sim/gossip/violation.hpp"
#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// Runs on second by second until check() has nothing to say; how long that took. A Violation when
// patience is over.
template <class Check>
Duration run_until_empty(World& world, Duration patience, Check check) {
    const Instant start = world.now();
    while (true) {
        const std::string what = check();
        if (what.empty()) return world.now() - start;
        if (world.now() - start >= patience) {
            throw Violation(fmt::format("{} s after the heal, or after what was done then: {}",
                                        patience / std::chrono::seconds(1), what));
        }
        world.run_until(world.now() + std::chrono::seconds(1));
    }
}

}  // namespace weft::sim
