#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/node.hpp"
#include "tests/sim/engine/process.hpp"
#include "tests/sim/gossip/happening.hpp"
#include "tests/sim/gossip/wire_style.hpp"

namespace weft::sim {

// One agent of a world: its name and host stay, its process comes and goes.
struct Agent {
    // A stream that its process wants opened.
    struct Dial {
        AgentIndex to = 0;
        bool is_open = false;
        bool wants_answer = true;
        Instant deadline{};
        std::string message;
    };
    // What a process has while it lives. The parts refer to each other.
    struct Life {
        Life(const gossip::NodeConfig& config, const WireStyle& style, gossip::Keyring keyring,
             std::uint64_t seed, gossip::DescriptionPool& pool, Instant now)
            : rng(seed),
              node(config, std::move(keyring), rng, pool, now),
              wire_rng(seed + 1),
              codec(style, node.keyring(), wire_rng) {}

        Rng rng;
        gossip::Node node;
        Rng wire_rng;
        WireCodec codec;
        std::map<std::uint64_t, Dial> dials;
    };
    std::string name;
    gossip::Endpoint endpoint;
    std::string meta;
    bool is_weft = true;  // by its tags
    Process process;
    std::uint32_t generation = 0;  // of the process; what was for an earlier one is stale
    std::unique_ptr<Life> life;    // none: never started, crashed, ended
    // What survives a process: gossip::Snapshot as text, and the keys, primary first.
    std::string snapshot;
    std::vector<std::string> keys;

    Instant wake_at = Instant::max();  // what waits in the queue for it
    std::deque<Happening> backlog;     // arrived while it did not run
    bool slice_scheduled = false;

    bool is_leaving = false;
    bool has_left = false;   // gracefully, the last time that it lived
    bool is_joined = false;  // since it was started: a join went well
    bool was_disturbed = false;

    bool is_up() const { return life != nullptr; }
    gossip::Node& node() { return life->node; }
    const gossip::Node& node() const { return life->node; }
};

}  // namespace weft::sim
