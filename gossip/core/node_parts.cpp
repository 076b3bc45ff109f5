#include "gossip/core/node_parts.hpp"

#include <algorithm>
#include <utility>

#include "gossip/core/encoded.hpp"

namespace weft::gossip {

namespace {

// Answers of a quick network are not missed before that: a process may have to wait for a CPU.
constexpr Duration kAnswerWithinMin = std::chrono::milliseconds(50);

Instant soon(Instant now, Duration within, Rng& rng) {
    return now + Duration(rng.below(static_cast<std::uint64_t>(within.count())));
}

}  // namespace

Node::Parts::Parts(const NodeConfig& node_config, Keyring ring_keys, Rng& random,
                   DescriptionPool& pool, Instant now)
    : config(node_config),
      keyring(std::move(ring_keys)),
      rng(random),
      membership(config, pool, now),
      times(kAnswerWithinMin, config.probe_timeout),
      detector(config, membership, times, ids, rng, counters, now),
      dissemination(config),
      coordinates(rng),
      members(config, membership.self().description),
      events(config),
      internal_queries(config, members, keyring),
      inbox(config, members, internal_queries, rng),
      outbox(config, members, rng),
      conflict_vote(config, members),
      anti_entropy(config, membership, members, events, inbox),
      gossip_round_(membership.table(), rng),
      next_gossip_(now),
      next_push_pull_(config.push_pull_interval > Duration{}
                          ? soon(now, config.push_pull_interval, rng)
                          : Instant::max()),
      next_reconnect_(now + config.reconnect_interval),
      next_reap_(now + config.reap_interval) {
    MembershipOutput first;
    membership.announce(first);
    for (auto& news : first.broadcasts) dissemination.add_about(news.node, std::move(news.bytes));
}

Dissemination::Sizes Node::Parts::sizes() const {
    return {membership.table().size(), members.table().size(), membership.strangers() == 0};
}

void Node::Parts::send(const Endpoint& to, std::string message, Output& out) {
    out.datagrams.push_back({to, {std::make_shared<const std::string>(std::move(message))}, false});
}

void Node::Parts::send(DetectorOutput::Send&& wanted, Output& out) {
    if (!wanted.is_alone) {
        return send_with_gossip(wanted.to, std::move(wanted.messages), wanted.crc, out);
    }
    Datagram datagram{wanted.to, {}, wanted.crc && keyring.is_empty()};
    for (std::string& message : wanted.messages) {
        datagram.messages.push_back(std::make_shared<const std::string>(std::move(message)));
    }
    out.datagrams.push_back(std::move(datagram));
}

void Node::Parts::send_with_gossip(const Endpoint& to, std::vector<std::string> messages, bool crc,
                                   Output& out) {
    Datagram datagram;
    datagram.to = to;
    for (std::string& message : messages) {
        datagram.messages.push_back(std::make_shared<const std::string>(std::move(message)));
    }
    const bool is_encrypted = !keyring.is_empty();
    counters.broadcasts_sent += dissemination.fill(datagram.messages, sizes(), is_encrypted);
    datagram.crc = crc && !is_encrypted;
    if (!datagram.messages.empty()) out.datagrams.push_back(std::move(datagram));
}

void Node::Parts::joined(MemberId id) {
    detector.member_joined(id);
    gossip_round_.add(id);
}

// News after a silence go out at once, not since long ago.
void Node::Parts::expect_gossip(Instant now) {
    has_news_ = true;
    if (dissemination.is_empty()) next_gossip_ = std::max(next_gossip_, now);
}

void Node::Parts::note_conflict(const MemberEvent& event, Instant now, Output& out) {
    ++counters.conflicts;
    const bool is_ours = event.name == membership.self().name();
    Seldom& told = is_ours ? own_conflicts_ : conflicts_;
    if (!told.is_due(event.name, now)) return;
    out.events.push_back(
        event::NameConflict{event.name, event.member->endpoint, event.other, is_ours});
}

void Node::Parts::note_leap(const SerfOutput& serf, const Endpoint& from, Instant now,
                            Output& out) {
    if (!serf.leap) return;
    ++counters.leaps_refused;
    if (!leaps_.is_due(from.address.str(), now)) return;
    out.events.push_back(
        event::ClockLeap{from, std::string(serf.leap->clock), serf.leap->own, serf.leap->seen});
}

// The table has done so already.
void Node::Parts::forget(MemberId id, std::string_view name) {
    detector.member_forgotten(id);
    coordinates.forget(name);
    dissemination.forget_about(name);
}

void Node::Parts::take(MembershipOutput&& from, Instant now, Output& out) {
    if (!from.broadcasts.empty()) {
        expect_gossip(now);
        expect_exchange(now);
    }
    for (auto& news : from.broadcasts) dissemination.add_about(news.node, std::move(news.bytes));
    for (auto& direct : from.direct) {
        send(direct.to->endpoint, std::move(direct.bytes), out);
    }
    for (const Refusal refusal : from.refused) counters.messages_refused.add(refusal);
    counters.refutations += static_cast<std::uint64_t>(from.refutations);
    for (int i = 0; i < from.refutations; ++i) detector.refuted();

    SerfOutput serf;
    for (const MemberEvent& event : from.events) {
        if (event.kind == MemberEvent::Kind::Joined) {
            if (const auto id = membership.table().find(event.name)) joined(*id);
        } else if (event.kind == MemberEvent::Kind::Conflict) {
            note_conflict(event, now, out);
            const bool is_ours = event.name == membership.self().name();
            if (is_ours) conflict_vote.begin(outbox, inbox, now, serf);
        } else if (event.kind == MemberEvent::Kind::Refused && refusals_.is_due({}, now)) {
            out.events.push_back(event::MemberRefused{event.name, event.other, config.members_max});
        } else if (event.kind == MemberEvent::Kind::Discredited) {
            ++counters.accusers_discredited;
            if (discredits_.is_due(event.name, now)) {
                out.events.push_back(
                    event::AccuserDiscredited{event.member, AccuserRecord::kErrorsMax + 1});
            }
        }
        members.handle(event, now, serf);
    }
    take(std::move(serf), now, out);
}

void Node::Parts::take(DetectorOutput&& from, Instant now, Output& out) {
    for (auto& wanted : from.sends) {
        send(std::move(wanted), out);
    }
    for (Dial& dial : from.dials) out.dials.push_back(std::move(dial));
    for (const auto& answer : from.answers) {
        const auto coordinate = decode_coordinate(answer.payload);
        if (!membership.table().contains(answer.id)) continue;
        if (!coordinate || !is_valid(coordinate.value())) {
            if (!answer.payload.empty()) counters.messages_refused.add(Refusal::Coordinate);
            continue;
        }
        coordinates.observe(membership.table()[answer.id].name(), coordinate.value(), answer.rtt);
        times.keep_coordinate(answer.id, coordinate.value());
    }
    for (const DescriptionPtr& member : from.udp_blocked) {
        out.events.push_back(event::UdpBlocked{member});
    }
    take(std::move(from.membership), now, out);
}

void Node::Parts::take(SerfOutput&& from, Instant now, Output& out) {
    if (!from.broadcasts.empty()) {
        expect_gossip(now);
        expect_exchange(now);
    }
    for (const auto& broadcast : from.broadcasts) {
        dissemination.add(broadcast.kind, broadcast.blob);
    }
    for (const auto& direct : from.direct) send(direct.to, encoded_user(direct.blob), out);
    for (const Refusal refusal : from.refused) counters.messages_refused.add(refusal);
    for (const std::string& name : members.take_pruned()) {
        if (const auto id = membership.table().find(name); id && membership.forget(name)) {
            forget(*id, name);
        }
    }
    conflict_vote.filter(from.events);
    for (Event& event : from.events) out.events.push_back(std::move(event));
}

}  // namespace weft::gossip
