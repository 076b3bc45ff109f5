#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
    void on_heard(AgentIndex at, std::string_view message) override;
    void on_step(AgentIndex at) override;

    // The scenario did that.
    void started(AgentIndex index, bool forgets);
    void acquainted_all(std::span<const AgentIndex> indices);
    void force_left(AgentIndex index) { force_left_.insert(index); }
    // It may be held failed though all are well.
    void excuse(AgentIndex index) { excused_.insert(index); }
    void fired(const std::string& event, std::string payload) {
        fired_.emplace(event, std::move(payload));
    }
    void asked(AgentIndex index, std::uint32_t query, const gossip::QueryParams& params);

    // What agents answer to a query: so the asker sees whether an answer is whole, and whose.
    static std::string answer_of(std::string_view name, std::uint32_t query);

    // From now on nothing is wrong with anybody that is up.
    void all_are_well();

    // That tables are what the events made of them. Costly: to be called now and then. In a large
    // world each call looks at other agents' tables, a few hundred of them.
    void check_views();

    // ---- in the end. What is not yet so, in words; empty: nothing.
    std::string unconverged() const;
    std::string not_heard_by_all(std::string_view event) const;
    std::string not_quiet_since(const std::vector<std::uint64_t>& broadcasts) const;
    std::vector<std::uint64_t> broadcasts() const;
    // The latest that anybody has of members. Must not move while nothing happens.
    gossip::LamportTime member_clock() const;
    std::string not_finished(AgentIndex asker, std::uint32_t query) const;
    std::string not_answered_by_all(AgentIndex asker, std::uint32_t query, bool by_acks) const;
    std::string queries_without_end() const;

    // Groups of agents that are up and know of each other, be it as failed: only within them can
    // they find together again.
    std::vector<std::vector<AgentIndex>> acquainted() const;

    std::uint64_t failures() const { return failures_; }
    std::uint64_t false_failures() const { return false_failures_; }  // about who was up

private:
    struct Told {
        gossip::MemberStatus status = gossip::MemberStatus::None;
        std::uint32_t tags = 0;  // a hash
    };
    struct Question {
        gossip::QueryParams params;
        std::set<std::string, std::less<>> acks;
        std::set<std::string, std::less<>> answers;
        bool is_finished = false;
    };
    struct Seen {
        std::vector<Told> members;                  // by index; what was told last
        std::set<std::string, std::less<>> events;  // names: each is fired once
        std::set<std::pair<gossip::LamportTime, std::uint32_t>> queries;
        std::map<std::uint32_t, Question> questions;  // its own
        gossip::Node::Clocks clocks;
        std::uint32_t incarnation = 0;
    };

    std::optional<AgentIndex> index_of(std::string_view name) const;
    std::uint32_t used_incarnation(AgentIndex index) const;
    void check_claim(AgentIndex from, std::string_view about, std::uint32_t incarnation) const;
    std::string unconverged(AgentIndex at) const;
    void check_view(AgentIndex at) const;
    void member_event(AgentIndex at, const gossip::DescriptionPtr& member,
                      gossip::MemberStatus status);
    void failed(AgentIndex at, std::string_view name);
    void user_event(AgentIndex at, const gossip::event::UserEvent& event);
    void query_event(AgentIndex at, const gossip::event::QueryReceived& query);
    void query_event(AgentIndex at, const gossip::event::QueryAcknowledged& ack);
    void query_event(AgentIndex at, const gossip::event::QueryAnswered& answer);
    void query_event(AgentIndex at, const gossip::event::QueryFinished& finished);
    Question& question(AgentIndex at, std::uint32_t id);
    [[noreturn]] void violated(AgentIndex at, std::string_view what) const;

    World& world_;
    bool network_is_clean_;
    std::vector<Seen> seen_;
    std::vector<std::uint32_t> incarnation_used_;
    std::set<AgentIndex> force_left_;
    std::set<AgentIndex> excused_;
    std::map<std::string, std::string, std::less<>> fired_;  // events, and their payloads
    bool all_are_well_ = false;
    AgentIndex next_view_ = 0;            // to be checked
    mutable AgentIndex unconverged_ = 0;  // was it last, and so is looked at first
    std::uint64_t failures_ = 0;
    std::uint64_t false_failures_ = 0;
};

}  // namespace weft::sim
