#pragma once

#include <cstdint>

#include "tests/sim/engine/samples.hpp"
#include "tests/sim/memberlist_model/config.hpp"

// What is reported of the model, each over rounds of one ring each.
namespace weft::sim::model {

struct CrashTimes {
    Samples first_accusation;
    Samples first_dead;
    Samples all_know;
    std::uint64_t facts_sent = 0;  // by all nodes in all rounds
};

// A random node crashes at a random time; the times count from there.
CrashTimes crash_rounds(const Config& config, std::uint64_t seed, int rounds);

struct SpreadTimes {
    Samples half_know;
    Samples all_know;
};

// One more node joins a ring that is one short of config.nodes.
SpreadTimes join_rounds(const Config& config, std::uint64_t seed, int rounds);
// A node fires a user event.
SpreadTimes event_rounds(const Config& config, std::uint64_t seed, int rounds);

}  // namespace weft::sim::model
