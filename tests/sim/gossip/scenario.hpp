#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/rng.hpp"
#include "tests/sim/gossip/oracle.hpp"
#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// What happens to a world until it is healed: agents start, faults strike by the mix, applications
// use their nodes. Each class of faults has randomness of its own, so that without one the others
// strike as before.
class Scenario {
public:
    // All outlive it. Everything until then is scheduled at once.
    Scenario(World& world, Oracle& oracle, const FaultMix& mix, std::uint64_t seed, Instant until);

    // Ends all faults; some of the dead live again.
    void heal();

    // Fires an event of its own name at an agent that is up; the name.
    std::string fire_event(Rng& rng);
    // The same at the one that is furthest in the time of events: those of one who is behind may be
    // too old for others.
    std::string fire_latest_event(Rng& rng);
    // The agent that is up and furthest in the time that of() reads; size() of the world: nobody.
    AgentIndex latest(gossip::LamportTime gossip::Node::Clocks::*of) const;
    AgentIndex one_up(Rng& rng) const;  // at random, and running

    // Told by whoever watches the world's events.
    void on_event(AgentIndex at, const gossip::Event& event);

    std::uint64_t faults() const { return faults_; }

private:
    Rng rng_of(std::uint64_t stream) const;
    // At random times, that many a minute.
    void repeat(double per_minute, Rng rng, std::function<void(Rng&)> action);

    void schedule_starts();
    void schedule_network_faults();
    void schedule_process_faults();
    void schedule_use();

    void start(AgentIndex index, bool forgets);
    void keep_joining(AgentIndex index, std::uint32_t generation);
    void crash(Rng& rng, Process::State state);
    void restart(Rng& rng, bool forgets);
    void leave(Rng& rng);
    void pause(Rng& rng);
    void slow(Rng& rng);
    void one_way(Rng& rng);
    void partition(Rng& rng);
    void partial(Rng& rng);
    void clog(Rng& rng);
    std::string fire_event_at(AgentIndex index, Rng& rng);
    void ask(Rng& rng);
    void answer(AgentIndex at, const gossip::event::QueryReceived& query);
    void set_tags(Rng& rng);
    void force_leave(Rng& rng);

    void disturb(AgentIndex index);
    // nobody: world_.size()
    AgentIndex one_of(Rng& rng, const std::function<bool(const Agent&)>& accept) const;

    World& world_;
    Oracle& oracle_;
    FaultMix mix_;
    std::uint64_t seed_;
    Instant until_;
    Rng join_rng_;
    Rng answer_rng_;
    std::uint64_t partitions_ = 0;
    std::uint64_t fired_ = 0;
    std::uint64_t faults_ = 0;
    bool is_healed_ = false;
};

}  // namespace weft::sim
