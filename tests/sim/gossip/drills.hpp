#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "agent/base/rng.hpp"
#include "tests/sim/gossip/oracle.hpp"
#include "tests/sim/gossip/scenario.hpp"

namespace weft::sim {

// What a ring that is at rest, with nothing wrong, must be able to do. Each drill ends when it is
// done, or throws a Violation.
class Drills {
public:
    // All outlive it. patience: until all agree again after something happened to one agent.
    Drills(World& world, Oracle& oracle, Scenario& scenario, std::uint64_t seed, Duration patience)
        : world_(world), oracle_(oracle), scenario_(scenario), rng_(seed), patience_(patience) {}

    // Some events reach everybody.
    void events();
    // Everybody acknowledges a query and answers it.
    void query();
    // Some say of one that is well that it does not answer: it refutes, and nobody holds it failed.
    void false_accusation();
    // The ring gets another key: in, primary, the old one out. Without keys nothing is done.
    void rotate_key();
    // An agent crashes and finds the ring with what it had kept, told by nobody.
    void return_from_snapshot();
    // An event comes to everybody later, or from it, though one was cut off while it spread. Nobody
    // is held to be well after that.
    void missed_event();
    // One agent comes back under the name of another: who had it keeps it, the other one is told
    // that it must stop. Needs the oracle no more: it knows no two of one name.
    void take_name();

private:
    // Three times at most, as who asks does.
    void ask_all(const gossip::QueryParams& params, bool by_acks);
    void change_keys(std::string_view operation, const std::string& key,
                     const std::function<bool(const gossip::Keyring&)>& is_done);

    World& world_;
    Oracle& oracle_;
    Scenario& scenario_;
    Rng rng_;
    Duration patience_;
};

}  // namespace weft::sim
