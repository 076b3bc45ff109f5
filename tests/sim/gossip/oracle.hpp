#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

// Knows what must never happen in a world, and what must be in the end. Throws a Violation.
class Oracle : public World::Observer {
public:
    // network_is_clean: none of its faults can happen; then nobody who is well may be held failed.
    Oracle(World& world, bool network_is_clean);

    void on_event(AgentIndex at, const gossip::Event& event) override;
    void on_message(AgentIndex from, std::string_view message) override;
    void on_step(AgentIndex at) override;

    // The scenario did that.
    void started(AgentIndex index, bool forgets);
    void force_left(AgentIndex index) { force_left_.insert(index); }

    // From now on nothing is wrong with anybody that is up.
    void all_are_well();

    // That tables are what the events made of them. Costly: to be called now and then.
    void check_views() const;

    // ---- in the end. What is not yet so, in words; empty: nothing.
    std::string unconverged() const;
    std::string not_heard_by_all(std::string_view event) const;
    std::string not_quiet_since(const std::vector<std::uint64_t>& broadcasts) const;
    std::vector<std::uint64_t> broadcasts() const;

    // Groups of agents that are up and know of each other, be it as failed: only within them can
    // they find together again.
    std::vector<std::vector<AgentIndex>> acquainted() const;

    std::uint64_t failures() const { return failures_; }
    std::uint64_t false_failures() const { return false_failures_; }  // about who was up

private:
    struct Seen {
        std::map<std::string, gossip::MemberStatus, std::less<>> members;
        std::set<std::string, std::less<>> events;  // names: each is fired once
        gossip::Node::Clocks clocks;
        std::uint32_t incarnation = 0;
    };

    std::optional<AgentIndex> index_of(std::string_view name) const;
    std::uint32_t used_incarnation(AgentIndex index) const;
    void check_claim(AgentIndex from, std::string_view about, std::uint32_t incarnation) const;
    void member_event(AgentIndex at, const gossip::DescriptionPtr& member,
                      gossip::MemberStatus status);
    void failed(AgentIndex at, std::string_view name);
    void user_event(AgentIndex at, const gossip::event::UserEvent& event);
    [[noreturn]] void violated(AgentIndex at, std::string_view what) const;

    World& world_;
    bool network_is_clean_;
    std::vector<Seen> seen_;
    std::vector<std::uint32_t> incarnation_used_;
    std::set<AgentIndex> force_left_;
    bool all_are_well_ = false;
    std::uint64_t failures_ = 0;
    std::uint64_t false_failures_ = 0;
};

}  // namespace weft::sim
