#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// As the model's: 100 to 400 us, so that both have the same network.
NetworkConfig loopback();

// Of so many places, without faults, for measuring.
WorldConfig bench_world_config(std::size_t agents, const NetworkConfig& network);

// Gives every agent tags as long as Consul's, starts the first count of them and has these know
// each other; they.
std::vector<AgentIndex> start_ring(World& world, std::size_t count);

// Whose name it is.
AgentIndex index_of_name(std::string_view name);

}  // namespace weft::sim
