#include <algorithm>
#include <cmath>

#include "tests/sim/memberlist_model/ring.hpp"

// Who is in the ring (protocols: membership state machine).
namespace weft::sim::model {

Entry Ring::entry(const Node& node, NodeIndex of) const {
    const auto known = node.others.find(of);
    if (known != node.others.end()) return known->second;
    return {.state = of == newcomer_ ? State::Unknown : State::Alive};
}

void Ring::handle(NodeIndex self, const Fact& fact) {
    switch (fact.kind) {
        case Fact::Kind::Alive:
            return handle_alive(self, fact);
        case Fact::Kind::Suspect:
            return handle_suspect(self, fact);
        case Fact::Kind::Dead:
            return handle_dead(self, fact);
        case Fact::Kind::Event:
            if (hear_event(self, fact.subject)) broadcast(self, fact);
            return;
    }
}

void Ring::handle_alive(NodeIndex self, const Fact& alive) {
    if (alive.subject == self) return;  // it only ever says what we said
    Node& node = nodes_[self];
    Entry known = entry(node, alive.subject);
    const bool was_gone = known.state == State::Unknown || known.state == State::Dead;
    if (known.state != State::Unknown && alive.incarnation <= known.incarnation) return;
    known = {.state = State::Alive, .incarnation = alive.incarnation, .since = now()};
    node.others[alive.subject] = known;
    broadcast(self, alive);
    if (was_gone) on_news(self, alive);
}

void Ring::handle_suspect(NodeIndex self, const Fact& suspect) {
    Node& node = nodes_[self];
    if (suspect.subject == self) {
        if (suspect.incarnation >= node.incarnation) refute(self, suspect.incarnation);
        return;
    }
    Entry known = entry(node, suspect.subject);
    if (known.state == State::Unknown || suspect.incarnation < known.incarnation) return;
    if (known.state == State::Suspect) {
        confirm(self, node.others[suspect.subject], suspect);
        return;
    }
    if (known.state != State::Alive) return;
    broadcast(self, suspect);
    known = {.state = State::Suspect,
             .incarnation = suspect.incarnation,
             .since = now(),
             .suspected_at = now(),
             .dead_at = now() + suspicion_timeout(0),
             .accusers = {suspect.from}};
    node.others[suspect.subject] = known;
    events_.add(known.dead_at,
                {.kind = Event::Kind::SuspicionEnd, .node = self, .target = suspect.subject});
    on_news(self, suspect);
}

void Ring::confirm(NodeIndex self, Entry& entry, const Fact& suspect) {
    const int hoped = config_.suspicion_multiplier - 2;
    auto& accusers = entry.accusers;
    if (std::find(accusers.begin(), accusers.end(), suspect.from) != accusers.end()) return;
    if (static_cast<int>(accusers.size()) - 1 >= hoped) return;
    accusers.push_back(suspect.from);
    entry.dead_at = entry.suspected_at + suspicion_timeout(accusers.size() - 1);
    broadcast(self, suspect);
    events_.add(entry.dead_at,
                {.kind = Event::Kind::SuspicionEnd, .node = self, .target = suspect.subject});
}

void Ring::suspicion_end(NodeIndex self, NodeIndex subject) {
    const Entry known = entry(nodes_[self], subject);
    // Another change, or a confirmation that moved it, was quicker.
    if (known.state != State::Suspect || known.dead_at > now()) return;
    handle_dead(self, {.kind = Fact::Kind::Dead,
                       .subject = subject,
                       .from = self,
                       .incarnation = known.incarnation});
}

void Ring::handle_dead(NodeIndex self, const Fact& dead) {
    Node& node = nodes_[self];
    if (dead.subject == self) {
        if (dead.incarnation >= node.incarnation) refute(self, dead.incarnation);
        return;
    }
    const Entry known = entry(node, dead.subject);
    if (known.state == State::Unknown || known.state == State::Dead) return;
    if (dead.incarnation < known.incarnation) return;
    node.others[dead.subject] = {
        .state = State::Dead, .incarnation = dead.incarnation, .since = now()};
    broadcast(self, dead);
    on_news(self, dead);
}

bool Ring::hear_event(NodeIndex self, std::uint32_t event) {
    auto& seen = nodes_[self].events_seen;
    if (std::find(seen.begin(), seen.end(), event) != seen.end()) return false;
    seen.push_back(event);
    on_news(self, {.kind = Fact::Kind::Event, .subject = event});
    return true;
}

void Ring::refute(NodeIndex self, std::uint32_t accusation) {
    Node& node = nodes_[self];
    node.incarnation = std::max(node.incarnation, accusation) + 1;
    change_score(node, 1);
    broadcast(self, {.kind = Fact::Kind::Alive, .subject = self, .incarnation = node.incarnation});
}

Duration Ring::suspicion_timeout(std::size_t confirmations) const {
    const auto nodes = static_cast<double>(nodes_.size());
    const double scale = std::trunc(std::max(1.0, std::log10(std::max(1.0, nodes))) * 1000) / 1000;
    const double interval = std::chrono::duration<double>(config_.probe_interval).count();
    const double least = config_.suspicion_multiplier * scale * interval;
    const double most = config_.suspicion_max_multiplier * least;
    int hoped = config_.suspicion_multiplier - 2;
    if (static_cast<int>(nodes_.size()) - 2 < hoped) hoped = 0;
    if (hoped < 1) return std::chrono::milliseconds(static_cast<std::int64_t>(least * 1000));
    const double part = std::log(static_cast<double>(confirmations) + 1) / std::log(hoped + 1.0);
    const double seconds = std::max(least, most - part * (most - least));
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace weft::sim::model
