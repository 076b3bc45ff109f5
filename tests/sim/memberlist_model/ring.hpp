#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "tests/sim/engine/event_queue.hpp"
#include "tests/sim/memberlist_model/config.hpp"
#include "tests/sim/memberlist_model/node.hpp"

namespace weft::sim::model {

// A ring of nodes that run the published algorithm: SWIM with Lifeguard as memberlist 0.2.2 has it,
// and Serf's user events (protocols: membership state machine, failure detector, dissemination).
// All nodes know each other at the start, except a joiner.
class Ring {
public:
    Ring(const Config& config, std::uint64_t seed);

    void run_until(Instant until);
    Instant now() const { return events_.now(); }

    void crash(NodeIndex node);
    // From here on nobody knows it but itself, until join().
    void make_newcomer(NodeIndex node);
    void join(NodeIndex node, NodeIndex seed);
    void fire_event(NodeIndex node, std::uint32_t event);

    State state(NodeIndex node, NodeIndex of) const;
    const Node& node(NodeIndex node) const { return nodes_[node]; }
    std::uint64_t facts_sent() const { return facts_sent_; }

    // Told of every change: who sees it, of whom (or which event), what. Suspect: first accusation.
    std::function<void(NodeIndex observer, const Fact&)> on_news = [](NodeIndex, const Fact&) {};

private:
    struct Event {
        enum class Kind : std::uint8_t {
            ProbeTick,
            ProbeTimeout,
            ProbeEnd,
            GossipTick,
            PushPullTick,
            SuspicionEnd,
            ErrandEnd,
            Gossip,
            Ping,
            IndirectPing,
            Ack,
            Nack,
        };
        Kind kind = Kind::ProbeTick;
        NodeIndex node = 0;  // that it happens at
        NodeIndex from = 0;  // or about whom
        NodeIndex target = 0;
        std::uint32_t sequence = 0;
        std::vector<Fact> facts = {};
    };

    // ---- probing (ring_probe.cpp)
    void probe_tick(NodeIndex self);
    void start_probe(NodeIndex self);
    bool next_target(NodeIndex self, NodeIndex& target);
    void probe_timeout(NodeIndex self, std::uint32_t sequence);
    void probe_end(NodeIndex self, std::uint32_t sequence);
    void probe_over(NodeIndex self);
    void handle_indirect(NodeIndex self, const Event& event);
    void handle_ack(NodeIndex self, std::uint32_t sequence);
    void handle_nack(NodeIndex self, std::uint32_t sequence);
    void errand_end(NodeIndex self, std::uint32_t sequence);
    void change_score(Node& node, int by) const;

    // ---- who is in the ring (ring_state.cpp)
    void handle(NodeIndex self, const Fact& fact);
    void handle_alive(NodeIndex self, const Fact& alive);
    void handle_suspect(NodeIndex self, const Fact& suspect);
    void handle_dead(NodeIndex self, const Fact& dead);
    bool hear_event(NodeIndex self, std::uint32_t event);  // false: not the first time
    void confirm(NodeIndex self, Entry& entry, const Fact& suspect);
    void suspicion_end(NodeIndex self, NodeIndex subject);
    void refute(NodeIndex self, std::uint32_t accusation);
    Duration suspicion_timeout(std::size_t confirmations) const;
    Entry entry(const Node& node, NodeIndex of) const;

    // ---- spreading (ring.cpp)
    void dispatch(Event& event);
    void broadcast(NodeIndex self, const Fact& fact);
    void gossip_tick(NodeIndex self);
    void schedule_gossip(NodeIndex self);
    void push_pull_tick(NodeIndex self);
    Duration push_pull_interval() const;
    void exchange(NodeIndex self, NodeIndex other);
    void merge(NodeIndex self, const std::vector<std::pair<NodeIndex, Entry>>& remote);
    std::vector<std::pair<NodeIndex, Entry>> table(NodeIndex self) const;
    void add_broadcasts(NodeIndex self, std::vector<Fact>& facts, std::size_t space);
    void send(Event::Kind kind, NodeIndex from, NodeIndex to, std::uint32_t sequence,
              NodeIndex target = 0, std::vector<Fact> facts = {}, bool piggybacks = true);
    // Up to count of those that accept() takes; in vain for 3 tries a node at most.
    template <class Accept>
    std::vector<NodeIndex> random_nodes(std::size_t count, Accept accept) {
        std::vector<NodeIndex> chosen;
        for (std::size_t tries = 0; tries < 3 * nodes_.size() && chosen.size() < count; ++tries) {
            const auto candidate = static_cast<NodeIndex>(rng_.below(nodes_.size()));
            if (std::find(chosen.begin(), chosen.end(), candidate) != chosen.end()) continue;
            if (accept(candidate)) chosen.push_back(candidate);
        }
        return chosen;
    }

    Config config_;
    Rng rng_;
    EventQueue<Event> events_;
    std::vector<Node> nodes_;
    NodeIndex newcomer_;  // nodes_.size(): none
    std::size_t transmit_limit_ = 0;
    std::uint64_t facts_sent_ = 0;
};

}  // namespace weft::sim::model
