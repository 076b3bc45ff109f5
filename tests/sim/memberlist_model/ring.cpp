#include "tests/sim/memberlist_model/ring.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft::sim::model {

namespace {

// Of a ping or ack with its coordinate; the rest of a packet is for broadcasts.
constexpr std::size_t kPrimaryBytes = 120;
constexpr std::size_t kCompoundBytes = 2;

Duration some_of(Rng& rng, Duration whole) {
    return Duration(
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(whole.count()))));
}

}  // namespace

Ring::Ring(const Config& config, std::uint64_t seed)
    : config_(config),
      rng_(seed),
      nodes_(config.nodes),
      newcomer_(static_cast<NodeIndex>(config.nodes)) {
    const double log = std::ceil(std::log10(static_cast<double>(config_.nodes + 1)));
    transmit_limit_ = config_.retransmit_multiplier * static_cast<std::size_t>(log);
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        Node& node = nodes_[i];
        node.order = ProbeOrder(nodes_.size(), rng_.next());
        node.gossip_phase = some_of(rng_, config_.gossip_interval);
        events_.add(now() + some_of(rng_, config_.probe_interval),
                    {.kind = Event::Kind::ProbeTick, .node = i});
        if (config_.push_pull_interval > Duration::zero()) {
            events_.add(now() + some_of(rng_, push_pull_interval()),
                        {.kind = Event::Kind::PushPullTick, .node = i});
        }
    }
}

void Ring::run_until(Instant until) {
    while (!events_.is_empty() && events_.next_at() <= until) {
        Event event = events_.take();
        if (nodes_[event.node].is_up) dispatch(event);
    }
    events_.advance(until);
}

void Ring::crash(NodeIndex node) {
    nodes_[node].is_up = false;
}

void Ring::make_newcomer(NodeIndex node) {
    newcomer_ = node;
    nodes_[node].is_up = false;
}

void Ring::join(NodeIndex node, NodeIndex seed) {
    nodes_[node].is_up = true;
    events_.add(now() + some_of(rng_, config_.probe_interval),
                {.kind = Event::Kind::ProbeTick, .node = node});
    broadcast(node, {.kind = Fact::Kind::Alive, .subject = node, .incarnation = 1});
    // What it merges is news to it, and it passes all of that on.
    for (NodeIndex other = 0; other < nodes_.size(); ++other) {
        if (other == node) continue;
        broadcast(node, {.kind = Fact::Kind::Alive, .subject = other, .incarnation = 1});
    }
    handle(seed, {.kind = Fact::Kind::Alive, .subject = node, .incarnation = 1});
}

void Ring::fire_event(NodeIndex node, std::uint32_t event) {
    handle(node, {.kind = Fact::Kind::Event, .subject = event});
}

State Ring::state(NodeIndex node, NodeIndex of) const {
    return entry(nodes_[node], of).state;
}

void Ring::dispatch(Event& event) {
    using Kind = Event::Kind;
    const NodeIndex self = event.node;
    for (const Fact& fact : event.facts) handle(self, fact);
    switch (event.kind) {
        case Kind::ProbeTick:
            return probe_tick(self);
        case Kind::ProbeTimeout:
            return probe_timeout(self, event.sequence);
        case Kind::ProbeEnd:
            return probe_end(self, event.sequence);
        case Kind::GossipTick:
            return gossip_tick(self);
        case Kind::PushPullTick:
            return push_pull_tick(self);
        case Kind::SuspicionEnd:
            return suspicion_end(self, event.target);
        case Kind::ErrandEnd:
            return errand_end(self, event.sequence);
        case Kind::Gossip:
            return;
        case Kind::Ping:
            return send(Kind::Ack, self, event.from, event.sequence);
        case Kind::IndirectPing:
            return handle_indirect(self, event);
        case Kind::Ack:
            return handle_ack(self, event.sequence);
        case Kind::Nack:
            return handle_nack(self, event.sequence);
    }
}

void Ring::broadcast(NodeIndex self, const Fact& fact) {
    Node& node = nodes_[self];
    (fact.kind == Fact::Kind::Event ? node.event_queue : node.memberlist_queue).add(fact);
    schedule_gossip(self);
}

// The rounds go on for ever; those without anything to send are left out here.
void Ring::schedule_gossip(NodeIndex self) {
    Node& node = nodes_[self];
    if (node.gossip_scheduled) return;
    node.gossip_scheduled = true;
    const Duration since = now().time_since_epoch() - node.gossip_phase;
    const auto rounds = since < Duration::zero() ? 0 : since / config_.gossip_interval + 1;
    events_.add(Instant(node.gossip_phase + rounds * config_.gossip_interval),
                {.kind = Event::Kind::GossipTick, .node = self});
}

void Ring::gossip_tick(NodeIndex self) {
    Node& node = nodes_[self];
    node.gossip_scheduled = false;
    const auto targets = random_nodes(config_.gossip_nodes, [&](NodeIndex other) {
        if (other == self) return false;
        const Entry known = entry(node, other);
        return known.state == State::Alive || known.state == State::Suspect ||
               (known.state == State::Dead && now() - known.since < config_.gossip_to_the_dead);
    });
    for (const NodeIndex target : targets) {
        std::vector<Fact> facts;
        add_broadcasts(self, facts, config_.packet_bytes - kCompoundBytes);
        if (facts.empty()) return;
        send(Event::Kind::Gossip, self, target, 0, 0, std::move(facts), false);
    }
    if (!node.memberlist_queue.is_empty() || !node.event_queue.is_empty()) schedule_gossip(self);
}

void Ring::add_broadcasts(NodeIndex self, std::vector<Fact>& facts, std::size_t space) {
    const std::size_t before = facts.size();
    nodes_[self].memberlist_queue.take(facts, space, transmit_limit_);
    nodes_[self].event_queue.take(facts, space, transmit_limit_);
    facts_sent_ += facts.size() - before;
}

void Ring::send(Event::Kind kind, NodeIndex from, NodeIndex to, std::uint32_t sequence,
                NodeIndex target, std::vector<Fact> facts, bool piggybacks) {
    if (piggybacks) {
        add_broadcasts(from, facts, config_.packet_bytes - kCompoundBytes - kPrimaryBytes);
    }
    if (config_.loss > 0 && rng_.unit() < config_.loss) return;
    const Duration latency = config_.latency_min +
                             some_of(rng_, config_.latency_max - config_.latency_min + Duration(1));
    events_.add(now() + latency, {.kind = kind,
                                  .node = to,
                                  .from = from,
                                  .target = target,
                                  .sequence = sequence,
                                  .facts = std::move(facts)});
}

Duration Ring::push_pull_interval() const {
    if (nodes_.size() <= 32) return config_.push_pull_interval;
    const double steps = std::ceil(std::log2(static_cast<double>(nodes_.size())) - 5) + 1;
    return config_.push_pull_interval * static_cast<int>(steps);
}

void Ring::push_pull_tick(NodeIndex self) {
    events_.add(now() + push_pull_interval(), {.kind = Event::Kind::PushPullTick, .node = self});
    const auto others = random_nodes(1, [&](NodeIndex other) {
        return other != self && entry(nodes_[self], other).state == State::Alive;
    });
    if (!others.empty() && nodes_[others.front()].is_up) exchange(self, others.front());
}

// A stream takes a few round trips, which is nothing beside the interval.
void Ring::exchange(NodeIndex self, NodeIndex other) {
    const auto ours = table(self);
    const auto theirs = table(other);
    // Serf's part carries the last events; those are not passed on.
    const auto our_events = nodes_[self].events_seen;
    const auto their_events = nodes_[other].events_seen;
    merge(other, ours);
    merge(self, theirs);
    for (const std::uint32_t event : our_events) hear_event(other, event);
    for (const std::uint32_t event : their_events) hear_event(self, event);
}

std::vector<std::pair<NodeIndex, Entry>> Ring::table(NodeIndex self) const {
    const Node& node = nodes_[self];
    std::vector<std::pair<NodeIndex, Entry>> rows(node.others.begin(), node.others.end());
    rows.emplace_back(self, Entry{.incarnation = node.incarnation});
    // Not the order of the hash table.
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return rows;
}

void Ring::merge(NodeIndex self, const std::vector<std::pair<NodeIndex, Entry>>& remote) {
    for (const auto& [subject, row] : remote) {
        if (row.state == State::Unknown) continue;
        // The dead are only suspected, so that one who is not can say so.
        const auto kind = row.state == State::Alive ? Fact::Kind::Alive : Fact::Kind::Suspect;
        handle(self,
               {.kind = kind, .subject = subject, .from = self, .incarnation = row.incarnation});
    }
}

}  // namespace weft::sim::model
