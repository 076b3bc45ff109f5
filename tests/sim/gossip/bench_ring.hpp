#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/engine/samples.hpp"
#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// A ring of production nodes that all know each other, on a network without faults, of whose agents
// one after the other joins or crashes.
class BenchRing : public World::Observer {
public:
    struct Times {
        Samples half_know;
        Samples all_know;
    };

    // spare: places for agents that join later.
    BenchRing(std::size_t agents, std::size_t spare, const NetworkConfig& network,
              std::uint64_t seed);

    void crash(Process::State state, Times& times);
    void join(Times& times);
    void fire_event(Times& times);
    void settle(Duration time) { world_.run_until(world_.now() + time); }

    std::size_t agents_up() const { return up_.size(); }
    const World& world() const { return world_; }
    std::uint64_t broadcasts_sent() const;
    std::uint64_t false_failures() const { return false_failures_; }

    void on_event(AgentIndex at, const gossip::Event& event) override;
    void on_message(AgentIndex, std::string_view) override {}
    void on_heard(AgentIndex, std::string_view) override {}
    void on_step(AgentIndex) override {}

private:
    static constexpr Duration kPatience = std::chrono::seconds(300);

    void await(Times& times, std::size_t all);
    AgentIndex take_random();
    void note(AgentIndex about);

    Rng rng_;
    World world_;
    std::vector<AgentIndex> up_;
    AgentIndex next_spare_;
    std::uint64_t events_fired_ = 0;
    std::uint64_t false_failures_ = 0;

    // What is awaited, from when, and when each heard of it.
    AgentIndex subject_;  // size(): none
    std::string event_;
    Instant begin_{};
    std::vector<Duration> heard_;
};

}  // namespace weft::sim
