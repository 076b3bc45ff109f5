#include <algorithm>
#include <utility>

#include "gossip/core/encoded.hpp"
#include "gossip/core/node_parts.hpp"

namespace weft::gossip {

namespace {

constexpr Duration kLateness = std::chrono::milliseconds(50);
constexpr Duration kGraceMax = std::chrono::milliseconds(500);

// After news gossip has that long, and half as long again on average. Between two exchanges: longer
// in large rings, whose digests are larger, too.
constexpr Duration kExchangeWait = std::chrono::seconds(1);
constexpr Duration kExchangeGap = std::chrono::seconds(2);
constexpr std::size_t kMembersPerGap = 1000;

}  // namespace

Instant Node::Parts::next_deadline() const {
    return std::min(timer_deadline(), std::max(membership.next_deadline(), bury_from_));
}

// Without those of suspicions, which a confirmation may move into the past.
Instant Node::Parts::timer_deadline() const {
    Instant next = std::min({detector.next_deadline(), outbox.next_deadline(), next_reconnect_,
                             next_reap_, next_push_pull_, next_exchange_});
    if (!dissemination.is_empty()) next = std::min(next, next_gossip_);
    const bool is_leaving = leave_ == Leave::Intent || leave_ == Leave::Dead;
    return is_leaving ? std::min(next, leave_until_) : next;
}

// The process had no CPU, or was stopped: what others said meanwhile has not been read.
void Node::Parts::notice_lateness(Instant now) {
    const Instant due = timer_deadline();
    // What was due while the process still started is nobody's evidence.
    if (!std::exchange(has_ticked_, true) || now - due < kLateness) return;
    ++counters.late_ticks;
    detector.was_late(now - due, now);
    bury_from_ = now + std::min<Duration>(now - due, kGraceMax);
}

void Node::Parts::tick(Instant now, Output& out) {
    notice_lateness(now);
    DetectorOutput found;
    detector.tick(now, found);
    if (now >= bury_from_) {
        MembershipOutput& buried = found.membership;
        const std::size_t before = buried.events.size();
        membership.tick(now, buried);
        counters.declared_dead += buried.events.size() - before;
    }
    take(std::move(found), now, out);

    counters.broadcasts_pruned = dissemination.dropped();
    counters.events_received = events.received();
    counters.events_dropped_early = events.dropped_early();
    counters.queries_received = inbox.received();
    counters.coordinate_resets = coordinates.resets();
    SerfOutput serf;
    outbox.tick(now, serf);
    take(std::move(serf), now, out);

    if (now >= next_reap_) reap(now, out);
    if (now >= next_push_pull_) push_pull(now, out);
    if (now >= next_exchange_) exchange(now, out);
    if (now >= next_reconnect_) {
        next_reconnect_ = now + config.reconnect_interval;
        const DescriptionPtr failed = members.reconnect(rng);
        if (failed) dial_push_pull({failed->endpoint}, now, out);
    }
    if (now >= next_gossip_ && !dissemination.is_empty()) gossip(now, out);
    go_on_leaving(now, out);
}

void Node::Parts::gossip(Instant now, Output& out) {
    next_gossip_ = now + config.gossip_interval;
    tell_a_dead_one(now, out);
    const auto wanted = [&](MemberId id, const Member& member) {
        return id != membership.self_id() && !is_gone(member.state);
    };
    std::vector<MemberId> told;
    if (has_news_) told = detector.heirs();
    const bool has_heirs = !told.empty();
    for (int i = 0; i < config.gossip_nodes; ++i) {
        const auto id = gossip_round_.next(wanted);
        if (!id) break;
        if (std::find(told.begin(), told.end(), *id) == told.end()) told.push_back(*id);
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (dissemination.is_empty()) return;
        const Description& to = *membership.table()[told[i]].description;
        send_with_gossip(to.endpoint, {}, understands_crc(to), out);
        // Again next time, if not all of it went into one datagram.
        if (has_heirs && i == 0) has_news_ = dissemination.has_unsent();
    }
}

// One who only seems dead learns of it, and can refute. It gets what it needs for that, in a
// datagram of its own: what is sent to the dead would else be missing among the living.
void Node::Parts::tell_a_dead_one(Instant now, Output& out) {
    const auto id = membership.one_dead_since(now - config.gossip_to_the_dead, rng);
    if (!id) return;
    const Member& member = membership.table()[*id];
    send(member.endpoint(),
         encoded(Dead{member.incarnation, member.name(), membership.self().name()}), out);
}

void Node::Parts::push_pull(Instant now, Output& out) {
    const Duration interval =
        push_pull_interval(config.push_pull_interval, membership.table().size());
    next_push_pull_ = interval > Duration{} ? now + interval : Instant::max();
    const auto wanted = [&](MemberId id, const Member& member) {
        return id != membership.self_id() && member.state == MemberState::Alive;
    };
    for (const MemberId id : membership.table().random(1, rng, wanted)) {
        const Description& member = *membership.table()[id].description;
        if (is_weft(member)) {
            dial_digest(member.endpoint, now, out);
        } else {
            dial_push_pull({member.endpoint}, now, out);
        }
    }
}

void Node::Parts::spread_push_pull(Instant now) {
    const Duration interval =
        push_pull_interval(config.push_pull_interval, membership.table().size());
    if (interval <= Duration{}) return;
    next_push_pull_ = now + Duration(rng.below(static_cast<std::uint64_t>(interval.count())));
}

// Gossip leaves somebody out now and then, most of all while many join at once and few know their
// neighbours. A digest to one other agent soon after the news finds that, for a few hundred bytes.
void Node::Parts::expect_exchange(Instant now) {
    if (next_exchange_ != Instant::max()) return;
    const auto wait = static_cast<std::uint64_t>(kExchangeWait.count());
    next_exchange_ = std::max(now, exchange_from_) + kExchangeWait + Duration(rng.below(wait));
}

void Node::Parts::exchange(Instant now, Output& out) {
    next_exchange_ = Instant::max();
    exchange_from_ = now + kExchangeGap * (1 + membership.table().size() / kMembersPerGap);
    const auto wanted = [&](MemberId id, const Member& member) {
        return id != membership.self_id() && member.state == MemberState::Alive &&
               is_weft(*member.description);
    };
    for (const MemberId id : membership.table().random(1, rng, wanted)) {
        dial_digest(membership.table()[id].endpoint(), now, out);
    }
}

void Node::Parts::reap(Instant now, Output& out) {
    next_reap_ = now + config.reap_interval;
    for (const auto& [id, name] : membership.forget(now)) {
        forget(id, name);
    }
    SerfOutput serf;
    members.reap(now, serf);
    inbox.tick(now);
    dissemination.prune();
    take(std::move(serf), now, out);
}

// ---- leaving

void Node::Parts::leave(Instant now, Output& out) {
    if (leave_ != Leave::No) return;
    leave_ = Leave::Intent;
    leave_until_ = now + config.broadcast_timeout;
    SerfOutput serf;
    members.announce_leave(now, serf);
    expect_gossip(now);
    for (const auto& intent : serf.broadcasts) {
        farewell_ = dissemination.add(intent.kind, intent.blob);
    }
    serf.broadcasts.clear();
    take(std::move(serf), now, out);
    go_on_leaving(now, out);
}

// Sent as often as it has to be.
bool Node::Parts::is_farewell_spread() const {
    return leave_ == Leave::Intent
               ? !dissemination.is_queued(Dissemination::Kind::Intents, farewell_)
               : !dissemination.is_about_queued(membership.self().name());
}

// First the intent, so that the others see a farewell and no failure; then it takes effect.
void Node::Parts::go_on_leaving(Instant now, Output& out) {
    if (leave_ == Leave::No || leave_ == Leave::Done) return;
    const bool is_alone = members.alive() == 0;
    const bool is_spread = is_alone || is_farewell_spread();
    if (!is_spread && now < leave_until_) return;
    if (leave_ == Leave::Intent) {
        leave_ = Leave::Dead;
        leave_until_ = now + config.broadcast_timeout;
        MembershipOutput farewell;
        membership.leave(now, farewell);
        take(std::move(farewell), now, out);
        if (!is_alone) return;
    }
    leave_ = Leave::Done;
    out.events.push_back(event::LeaveFinished{is_spread});
}

}  // namespace weft::gossip
