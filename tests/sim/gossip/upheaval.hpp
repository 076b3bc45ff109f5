#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// A large ring of production nodes to which something happens that concerns many of them at once,
// and what becomes of it. Counts pairs: who holds whom for alive.
class Upheaval : public World::Observer {
public:
    // So many agents that know each other, and places for newcomers.
    Upheaval(std::size_t agents, std::size_t newcomers, const NetworkConfig& network,
             std::uint64_t seed);

    // Each of these is how long it takes from the last start until everybody holds everybody for
    // alive; kPatience: it never came to that.

    // All newcomers start within a second; each knows one agent.
    Duration newcomers_join();
    // Every agent is killed once within that time, and started again a second or two later.
    Duration all_restart(Duration within);

    // As many agents as that share of them do nothing for nine tenths of each period.
    struct Blocked {
        std::size_t agents = 0;
        double hours_of_others = 0;
        // Times that one agent held another for failed: one that was never blocked, or was.
        std::uint64_t failures_of_others = 0;
        std::uint64_t failures_of_blocked = 0;
    };
    Blocked block_some(double share, Duration period, Duration time);

    static constexpr Duration kPatience = std::chrono::minutes(5);

    void on_event(AgentIndex at, const gossip::Event& event) override;
    void on_message(AgentIndex, std::string_view) override {}
    void on_heard(AgentIndex, std::string_view) override {}
    void on_step(AgentIndex) override {}

private:
    void start(AgentIndex index);
    void kill(AgentIndex index);
    void keep_joining(AgentIndex index);
    void keep_blocking(AgentIndex index, Duration period, Instant until);
    Duration until_complete();
    void settle(Duration time) { world_.run_until(world_.now() + time); }

    Rng rng_;
    World world_;
    std::vector<AgentIndex> ring_;         // who was started, be it up or not
    std::vector<std::uint64_t> alive_at_;  // how many others an agent holds for alive
    std::uint64_t pairs_ = 0;              // the sum of it
    std::vector<bool> is_blocked_;         // at times
    Blocked blocked_;
};

}  // namespace weft::sim
