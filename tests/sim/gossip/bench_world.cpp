#include "tests/sim/gossip/bench_world.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "agent/base/assert.hpp"

namespace weft::sim {

NetworkConfig loopback() {
    NetworkConfig network;
    network.latency = std::chrono::microseconds(100);
    network.jitter = std::chrono::microseconds(150);
    return network;
}

WorldConfig bench_world_config(std::size_t agents, const NetworkConfig& network) {
    WorldConfig config;
    config.agents = agents;
    config.network = network;
    config.network.hosts = agents;
    config.wire.has_bytes = false;
    config.checks_invariants = false;
    return config;
}

std::vector<AgentIndex> start_ring(World& world, std::size_t count) {
    constexpr std::size_t kConsulTagBytes = 80;
    for (AgentIndex i = 0; i < world.size(); ++i) {
        world.agent(i).meta = meta_of(true, fmt::format("{}", i), kConsulTagBytes);
    }
    std::vector<AgentIndex> ring;
    for (AgentIndex i = 0; i < count; ++i) {
        world.start(i);
        ring.push_back(i);
    }
    world.acquaint(ring);
    return ring;
}

AgentIndex index_of_name(std::string_view name) {
    AgentIndex index = 0;
    name.remove_prefix(name.find('-') + 1);
    const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
    WEFT_ASSERT(read.ec == std::errc());
    return index;
}

}  // namespace weft::sim
