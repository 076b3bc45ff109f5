#include <algorithm>

#include "tests/sim/memberlist_model/ring.hpp"

// Probing (protocols: failure detector).
namespace weft::sim::model {

void Ring::probe_tick(NodeIndex self) {
    events_.add(now() + config_.probe_interval, {.kind = Event::Kind::ProbeTick, .node = self});
    Node& node = nodes_[self];
    if (node.probe.is_active) {
        node.tick_missed = true;
        return;
    }
    start_probe(self);
}

bool Ring::next_target(NodeIndex self, NodeIndex& target) {
    Node& node = nodes_[self];
    for (std::size_t tries = 0; tries < nodes_.size(); ++tries) {
        if (node.order_at >= nodes_.size()) {
            node.order = ProbeOrder(nodes_.size(), rng_.next());
            node.order_at = 0;
        }
        target = static_cast<NodeIndex>(node.order.at(node.order_at++));
        if (target == self) continue;
        const State state = entry(node, target).state;
        if (state == State::Alive || state == State::Suspect) return true;
    }
    return false;
}

void Ring::start_probe(NodeIndex self) {
    Node& node = nodes_[self];
    NodeIndex target = 0;
    if (!next_target(self, target)) return;
    node.probe = {
        .is_active = true, .sequence = node.next_sequence++, .target = target, .started = now()};
    events_.add(now() + config_.probe_timeout,
                {.kind = Event::Kind::ProbeTimeout, .node = self, .sequence = node.probe.sequence});
    // The buddy rule: a suspect is told so with the ping, and nothing else.
    const Entry known = entry(node, target);
    if (known.state == State::Suspect) {
        const Fact accusation{.kind = Fact::Kind::Suspect,
                              .subject = target,
                              .from = self,
                              .incarnation = known.incarnation};
        send(Event::Kind::Ping, self, target, node.probe.sequence, target, {accusation}, false);
    } else {
        send(Event::Kind::Ping, self, target, node.probe.sequence);
    }
}

void Ring::probe_timeout(NodeIndex self, std::uint32_t sequence) {
    Node& node = nodes_[self];
    if (!node.probe.is_active || node.probe.sequence != sequence) return;
    const NodeIndex target = node.probe.target;
    const auto helpers = random_nodes(config_.indirect_checks, [&](NodeIndex other) {
        return other != self && other != target && entry(node, other).state == State::Alive;
    });
    node.probe.nacks_expected = static_cast<int>(helpers.size());
    for (const NodeIndex helper : helpers) {
        send(Event::Kind::IndirectPing, self, helper, sequence, target);
    }
    // The interval and with it the deadline grow with the doubt in oneself.
    events_.add(node.probe.started + config_.probe_interval * (node.score + 1),
                {.kind = Event::Kind::ProbeEnd, .node = self, .sequence = sequence});
}

void Ring::probe_end(NodeIndex self, std::uint32_t sequence) {
    Node& node = nodes_[self];
    if (!node.probe.is_active || node.probe.sequence != sequence) return;
    const NodeIndex target = node.probe.target;
    // The stream that was tried meanwhile reaches who lives, whatever happened to datagrams.
    if (nodes_[target].is_up) {
        change_score(node, -1);
    } else {
        const int expected = node.probe.nacks_expected;
        change_score(node, expected > 0 ? std::max(0, expected - node.probe.nacks) : 1);
        handle(self, {.kind = Fact::Kind::Suspect,
                      .subject = target,
                      .from = self,
                      .incarnation = entry(node, target).incarnation});
    }
    probe_over(self);
}

void Ring::probe_over(NodeIndex self) {
    Node& node = nodes_[self];
    node.probe.is_active = false;
    if (!node.tick_missed) return;
    node.tick_missed = false;
    start_probe(self);
}

void Ring::handle_indirect(NodeIndex self, const Event& event) {
    Node& node = nodes_[self];
    const std::uint32_t sequence = node.next_sequence++;
    node.errands.push_back(
        {.sequence = sequence, .requester = event.from, .their_sequence = event.sequence});
    send(Event::Kind::Ping, self, event.target, sequence);
    events_.add(now() + config_.probe_timeout,
                {.kind = Event::Kind::ErrandEnd, .node = self, .sequence = sequence});
}

void Ring::handle_ack(NodeIndex self, std::uint32_t sequence) {
    Node& node = nodes_[self];
    if (node.probe.is_active && node.probe.sequence == sequence) {
        change_score(node, -1);
        return probe_over(self);
    }
    const auto errand = std::find_if(node.errands.begin(), node.errands.end(),
                                     [&](const auto& each) { return each.sequence == sequence; });
    if (errand == node.errands.end()) return;
    const auto [own, requester, theirs] = *errand;
    node.errands.erase(errand);
    send(Event::Kind::Ack, self, requester, theirs);
}

void Ring::handle_nack(NodeIndex self, std::uint32_t sequence) {
    Node& node = nodes_[self];
    if (node.probe.is_active && node.probe.sequence == sequence) ++node.probe.nacks;
}

void Ring::errand_end(NodeIndex self, std::uint32_t sequence) {
    Node& node = nodes_[self];
    const auto errand = std::find_if(node.errands.begin(), node.errands.end(),
                                     [&](const auto& each) { return each.sequence == sequence; });
    if (errand == node.errands.end()) return;
    const auto [own, requester, theirs] = *errand;
    node.errands.erase(errand);
    send(Event::Kind::Nack, self, requester, theirs);
}

void Ring::change_score(Node& node, int by) const {
    node.score = std::clamp(node.score + by, 0, config_.awareness_max_multiplier - 1);
}

}  // namespace weft::sim::model
