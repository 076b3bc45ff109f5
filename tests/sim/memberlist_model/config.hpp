#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/base/time.hpp"

namespace weft::sim::model {

using NodeIndex = std::uint32_t;

// memberlist's and Serf's defaults for a LAN (protocols: defaults), and the network.
struct Config {
    std::size_t nodes = 50;
    Duration probe_interval = std::chrono::seconds(1);
    Duration probe_timeout = std::chrono::milliseconds(500);
    std::size_t indirect_checks = 3;
    int awareness_max_multiplier = 8;
    int suspicion_multiplier = 4;
    int suspicion_max_multiplier = 6;
    Duration gossip_interval = std::chrono::milliseconds(200);
    std::size_t gossip_nodes = 3;
    Duration gossip_to_the_dead = std::chrono::seconds(30);
    std::size_t retransmit_multiplier = 4;
    std::size_t packet_bytes = 1400;
    Duration push_pull_interval = std::chrono::seconds(30);  // of up to 32 nodes; zero: none

    // One way, uniform between them: a loopback under some load.
    Duration latency_min = std::chrono::microseconds(100);
    Duration latency_max = std::chrono::microseconds(400);
    double loss = 0;  // of datagrams, 0 to 1
};

}  // namespace weft::sim::model
