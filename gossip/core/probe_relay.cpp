#include "gossip/core/probe_relay.hpp"

#include <algorithm>
#include <utility>

#include "gossip/core/encoded.hpp"

namespace weft::gossip {

namespace {

// Asked for more at once, it is being used against somebody.
constexpr std::size_t kRelaysMax = 1024;
// Of one agent, which looks at some members in each second.
constexpr std::size_t kRelaysOfOneMax = 64;
// Streams for others at once: this agent needs some itself. Who is not looked at is not seen
// silent.
constexpr std::size_t kLooksMax = 32;

}  // namespace

void ProbeRelay::handle(const IndirectPing& request, const Endpoint& from, Instant now,
                        DetectorOutput& out) {
    const auto address =
        request.target_address ? address_from_bytes(*request.target_address) : std::nullopt;
    const auto under_way = under_way_.find(from);
    const bool is_too_many = relays_.size() >= kRelaysMax || (under_way != under_way_.end() &&
                                                              under_way->second >= kRelaysOfOneMax);
    if (!address || request.node.size() > kNameBytesMax || is_too_many) {
        return out.membership.refused.push_back(Refusal::ProbeRequest);
    }
    const std::uint16_t port =
        request.target_port == 0 ? config_.advertise.port : request.target_port;

    Relay relay;
    relay.from = from;
    relay.requester = reply_to(request.source_address, request.source_port, from);
    relay.sequence = request.sequence;
    relay.target = {*address, port};
    relay.node = request.node;
    relay.wants_nack = request.wants_nack;
    const auto known = membership_.table().find(request.node);
    const Duration wait = known ? times_.answer_within(*known) : config_.probe_timeout;
    relay.nack_at = now + wait;
    relay.end = now + config_.probe_interval;
    if (request.wants_sight && dials_.size() < kLooksMax) {
        relay.dial = ids_.next_dial();
        out.dials.push_back({*relay.dial, relay.target, {}, false, relay.end});
    }
    const std::uint32_t sequence = ids_.next_sequence();
    out.sends.push_back({relay.target, {encoded(Ping{sequence, request.node, {}, 0, {}})}});
    if (relay.dial) dials_.emplace(*relay.dial, sequence);
    ++under_way_[from];
    relays_.emplace(sequence, std::move(relay));
}

bool ProbeRelay::handle(const Ack& ack, DetectorOutput& out) {
    const auto at = relays_.find(ack.sequence);
    if (at == relays_.end()) return false;
    // Even after a nack: it is good news for who still waits, and no news for others.
    out.sends.push_back({at->second.requester, {encoded(Ack{at->second.sequence, {}})}});
    forget(at);
    return true;
}

void ProbeRelay::port_unreachable(const Endpoint& endpoint, DetectorOutput& out) {
    for (auto& [sequence, relay] : relays_) {
        if (relay.target.unmapped() != endpoint.unmapped() || relay.is_refused_udp) continue;
        relay.is_refused_udp = true;
        if (relay.stream == StreamSight::Refused) nack(relay, out);
    }
}

void ProbeRelay::dial_opened(DialId id) {
    relays_.at(dials_.at(id)).stream = StreamSight::Opened;
}

void ProbeRelay::dial_ended(DialId id, std::optional<DialFailure> failure, DetectorOutput& out) {
    const auto dial = dials_.find(id);
    Relay& relay = relays_.at(dial->second);
    dials_.erase(dial);
    relay.dial.reset();
    if (!failure || relay.stream == StreamSight::Opened) return;
    relay.stream = *failure == DialFailure::Refused       ? StreamSight::Refused
                   : *failure == DialFailure::Unreachable ? StreamSight::Unknown
                                                          : StreamSight::Failed;
    if (relay.stream == StreamSight::Refused && relay.is_refused_udp) nack(relay, out);
}

void ProbeRelay::nack(Relay& relay, DetectorOutput& out) {
    if (std::exchange(relay.is_nacked, true)) return;
    const Sight sight = relay.stream == StreamSight::Refused                ? Sight::Refused
                        : relay.dial && relay.stream != StreamSight::Opened ? Sight::Silent
                                                                            : Sight::Nothing;
    // Only of what was looked for: a single ping is soon lost, and where the host is there its
    // process may only be slow. And of the member that we know, not of whatever address somebody
    // names beside it.
    const Member* known = membership_.find(relay.node);
    if (sight != Sight::Nothing && known &&
        known->endpoint().unmapped() == relay.target.unmapped()) {
        witnessed_.push_back(relay.node);
    }
    if (!relay.wants_nack) return;
    out.sends.push_back(
        {relay.requester, {encoded(Nack{relay.sequence, static_cast<std::uint8_t>(sight)})}});
}

void ProbeRelay::forget(Relays::iterator relay) {
    if (relay->second.dial) dials_.erase(*relay->second.dial);
    const auto under_way = under_way_.find(relay->second.from);
    if (--under_way->second == 0) under_way_.erase(under_way);
    relays_.erase(relay);
}

void ProbeRelay::postpone(Duration by) {
    for (auto& [sequence, relay] : relays_) {
        relay.nack_at += by;
        relay.end += by;
    }
}

void ProbeRelay::tick(Instant now, DetectorOutput& out) {
    for (auto at = relays_.begin(); at != relays_.end();) {
        const auto relay = at++;
        if (now >= relay->second.nack_at) nack(relay->second, out);
        if (now >= relay->second.end) forget(relay);
    }
}

Instant ProbeRelay::next_deadline() const {
    Instant next = Instant::max();
    for (const auto& [sequence, relay] : relays_) {
        next = std::min(next, relay.is_nacked ? relay.end : relay.nack_at);
    }
    return next;
}

}  // namespace weft::gossip
