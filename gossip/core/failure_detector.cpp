#include "gossip/core/failure_detector.hpp"

#include <algorithm>
#include <utility>

#include "gossip/core/encoded.hpp"

namespace weft::gossip {

namespace {

// Of random probes: the ring's look at everybody once an interval already.
constexpr int kIntervalsPerRandomProbe = 3;

// From one that is near: the nack of a helper that waited as long as it may.
constexpr Duration kNackTravels = std::chrono::milliseconds(250);

// Later than that, and this agent doubts itself; what it missed is not all read before that,
// either.
constexpr Duration kLatenessCounts = std::chrono::milliseconds(250);
constexpr Duration kLatenessMax = std::chrono::seconds(2);
constexpr Duration kReadingTakes = std::chrono::milliseconds(50);

}  // namespace

FailureDetector::FailureDetector(const NodeConfig& config, Membership& membership, PeerTimes& times,
                                 Ids& ids, Rng& rng, Counters& counters, Instant now)
    : config_(config),
      membership_(membership),
      times_(times),
      ids_(ids),
      rng_(rng),
      counters_(counters),
      awareness_(config.awareness_max_multiplier),
      schedule_(membership.table(), membership.self_id(), rng),
      relay_(config, membership, times, ids),
      accusations_(config, membership, counters) {
    const auto interval = static_cast<std::uint64_t>(config_.probe_interval.count());
    next_probe_ = now + Duration(rng_.below(interval));
    next_ring_probe_ = now + Duration(rng_.below(interval));
}

// ---- probes of our own

void FailureDetector::probe_next(Instant now, DetectorOutput& out) {
    const auto id = schedule_.next();
    if (id) probe(*id, now, out);
}

const std::vector<MemberId>& FailureDetector::successors() {
    if (successors_of_ != membership_.changes()) {
        successors_ = schedule_.successors();
        // Nobody beyond one that is alive matters.
        const bool is_closed = !successors_.empty() &&
                               membership_.table()[successors_.back()].state == MemberState::Alive;
        membership_.count_changes_up_to(is_closed ? std::optional(successors_.back())
                                                  : std::nullopt);
        successors_of_ = membership_.changes();
    }
    return successors_;
}

std::optional<MemberId> FailureDetector::successor() {
    if (successors().empty()) return std::nullopt;
    return successors_.back();
}

std::vector<MemberId> FailureDetector::heirs() {
    const auto next = successor();
    if (!next) return {};
    std::vector<MemberId> found = {*next};
    if (is_weft(*membership_.table()[*next].description)) return found;
    const std::vector<MemberId> behind = schedule_.up_to_weft(*next);
    found.insert(found.end(), behind.begin(), behind.end());
    return found;
}

void FailureDetector::probe_successors(Instant now, DetectorOutput& out) {
    for (const MemberId id : successors()) probe(id, now, out);
}

void FailureDetector::probe(MemberId id, Instant now, DetectorOutput& out) {
    for (const auto& [sequence, running] : probes_) {
        if (running.target == id) return;
    }
    const Member& member = membership_.table()[id];
    Probe probe;
    probe.target = id;
    probe.member = member.description;
    probe.incarnation = member.incarnation;
    probe.sequence = ids_.next_sequence();
    probe.sent = now;
    probe.ask_helpers_at = now + awareness_.stretched(times_.answer_within(id));
    probe.deadline = now + awareness_.stretched(config_.probe_interval);

    DetectorOutput::Send send{member.endpoint(), {}, false, false};
    send.messages.push_back(encoded(Ping{probe.sequence, member.name(), {}, 0, {}}));
    if (member.state == MemberState::Suspect) {
        // So that it can refute with its answer (Lifeguard's buddy rule).
        send.messages.push_back(
            encoded(Suspect{member.incarnation, member.name(), membership_.self().name()}));
        send.crc = understands_crc(*member.description);
        send.is_alone = true;
    }
    out.sends.push_back(std::move(send));
    probes_.emplace(probe.sequence, std::move(probe));
    ++counters_.probes;
}

std::vector<MemberId> FailureDetector::helpers(const Probe& probe) const {
    const auto count = static_cast<std::size_t>(std::max(config_.indirect_checks, 0));
    const auto may_help = [&](MemberId id, const Member& member) {
        return id != membership_.self_id() && id != probe.target &&
               member.state == MemberState::Alive;
    };
    auto chosen = membership_.table().random(count, rng_, [&](MemberId id, const Member& member) {
        return may_help(id, member) && is_weft(*member.description);
    });
    if (chosen.size() == count) return chosen;
    for (const MemberId id : membership_.table().random(count, rng_, may_help)) {
        if (chosen.size() == count) break;
        if (std::find(chosen.begin(), chosen.end(), id) == chosen.end()) chosen.push_back(id);
    }
    return chosen;
}

void FailureDetector::ask_helpers(Probe& probe, Instant now, DetectorOutput& out) {
    probe.is_indirect = true;
    probe.indirect_since = now;
    for (const MemberId id : helpers(probe)) {
        const Description& helper = *membership_.table()[id].description;
        // One that does not know how quick the target is waits for that long before it nacks.
        probe.deadline = std::max(probe.deadline, now + config_.probe_timeout + kNackTravels);
        const bool nacks = understands_nacks(helper);
        const bool looks = is_weft(helper);
        probe.nacks_expected += nacks ? 1 : 0;
        probe.looks_asked += looks ? 1 : 0;
        out.sends.push_back({helper.endpoint,
                             {encoded(IndirectPing{probe.sequence,
                                                   bytes_of(probe.member->endpoint.address),
                                                   probe.member->endpoint.port,
                                                   probe.member->name,
                                                   nacks,
                                                   looks,
                                                   {},
                                                   0,
                                                   {}})}});
    }
    if (!answers_stream_pings(*probe.member)) {
        probe.stream = StreamSight::Failed;
        return;
    }
    probe.dial = ids_.next_dial();
    dials_.emplace(*probe.dial, probe.sequence);
    // A silent host is watched until it may be condemned.
    const Instant until = std::max(probe.deadline, now + accusations_.wait());
    out.dials.push_back({*probe.dial, probe.member->endpoint,
                         encoded(Ping{probe.sequence, probe.member->name, {}, 0, {}}), true,
                         until});
}

// How long a stream takes to open at a host that is there.
Duration FailureDetector::patience(const Probe& probe) const {
    return 2 * times_.answer_within(probe.target);
}

// ---- what comes back

void FailureDetector::handle(const IndirectPing& request, const Endpoint& from, Instant now,
                             DetectorOutput& out) {
    relay_.handle(request, from, now, out);
}

void FailureDetector::handle(const Ack& ack, Instant now, DetectorOutput& out) {
    const auto at = probes_.find(ack.sequence);
    if (at == probes_.end()) {
        relay_.handle(ack, out);
        return;
    }
    Probe& probe = at->second;
    probe.acked = true;
    if (!probe.is_indirect) {
        times_.observe(probe.target, now - probe.sent);
        out.answers.push_back({probe.target, now - probe.sent,
                               std::string(ack.payload.value_or(std::string_view()))});
        ++counters_.probes_answered;
    } else {
        ++counters_.probes_answered_indirect;
    }
    conclude(at, now, out);
}

void FailureDetector::handle(const Nack& nack, Instant now, DetectorOutput& out) {
    const auto at = probes_.find(nack.sequence);
    if (at == probes_.end()) return;
    Probe& probe = at->second;
    ++probe.nacks;
    if (nack.sight == static_cast<std::uint8_t>(Sight::Refused)) ++probe.looks_refused;
    if (nack.sight == static_cast<std::uint8_t>(Sight::Silent)) ++probe.looks_silent;
    conclude(at, now, out);
}

void FailureDetector::port_unreachable(const Endpoint& at, Instant now, DetectorOutput& out) {
    for (auto& [sequence, probe] : probes_) {
        if (probe.member->endpoint.unmapped() != at.unmapped() || probe.is_indirect) continue;
        ask_helpers(probe, now, out);
    }
    relay_.port_unreachable(at, out);
    bear_witness(now, out);
}

bool FailureDetector::owns(DialId id) const {
    return dials_.contains(id) || relay_.owns(id);
}

void FailureDetector::dial_opened(DialId id) {
    if (relay_.owns(id)) return relay_.dial_opened(id);
    const auto probe = probes_.find(dials_.at(id));
    if (probe != probes_.end()) probe->second.stream = StreamSight::Opened;
    // The host is there, so its process may only be slow.
    accusations_.acquit(id);
}

void FailureDetector::dial_answered(DialId id, const Ack& ack, Instant now, DetectorOutput& out) {
    if (relay_.owns(id)) return relay_.dial_ended(id, std::nullopt, out);
    const std::uint32_t sequence = dials_.at(id);
    dials_.erase(id);
    const auto at = probes_.find(sequence);
    if (at == probes_.end() || ack.sequence != sequence) return;
    at->second.stream_answered = true;
    conclude(at, now, out);
}

void FailureDetector::dial_failed(DialId id, DialFailure failure, Instant now,
                                  DetectorOutput& out) {
    if (relay_.owns(id)) {
        relay_.dial_ended(id, failure, out);
        return bear_witness(now, out);
    }
    const auto at = probes_.find(dials_.at(id));
    dials_.erase(id);
    if (at == probes_.end()) return;
    Probe& probe = at->second;
    if (failure == DialFailure::Refused) {
        probe.stream = StreamSight::Refused;
    } else if (failure == DialFailure::Unreachable) {
        probe.stream = StreamSight::Unknown;
    } else if (probe.stream != StreamSight::Opened) {
        probe.stream = StreamSight::Failed;
    }
    conclude(at, now, out);
}

// ---- what it means

void FailureDetector::conclude(Probes::iterator at, Instant now, DetectorOutput& out) {
    if (now < late_until_ && !at->second.acked) return;
    const auto verdict = at->second.verdict(now, patience(at->second));
    if (verdict == Probe::Verdict::Open) return;
    const Probe probe = std::move(at->second);
    probes_.erase(at);
    if (verdict == Probe::Verdict::Failed) return failed(probe, now, out);

    unsupported_.erase(probe.target);
    awareness_.succeeded();
    accusations_.acquit(probe.target);
    if (verdict == Probe::Verdict::Answered) {
        udp_blocked_.erase(probe.target);
        return;
    }
    ++counters_.probes_answered_stream;
    if (udp_blocked_.insert(probe.target).second) out.udp_blocked.push_back(probe.member);
}

void FailureDetector::failed(const Probe& probe, Instant now, DetectorOutput& out) {
    ++counters_.probes_failed;
    awareness_.failed(probe.nacks_expected, probe.nacks);
    // A sick agent that nobody seconds doubts itself first, once: it may be the one cut off.
    if (awareness_.score() > 0 && probe.nacks_expected > 0 && !probe.has_second_observer() &&
        unsupported_.insert(probe.target).second) {
        return;
    }
    unsupported_.erase(probe.target);
    // Forgotten, and perhaps another in its place.
    const MemberTable& table = membership_.table();
    if (!table.contains(probe.target) || table[probe.target].name() != probe.member->name) return;
    accusations_.accuse(probe.target, probe.incarnation, now, out);
    accusations_.condemn(probe, now);
}

void FailureDetector::bear_witness(Instant now, DetectorOutput& out) {
    for (const std::string& name : relay_.take_witnessed()) {
        const auto id = membership_.table().find(name);
        if (!id || awareness_.score() > 0 || is_gone(membership_.table()[*id].state)) continue;
        accusations_.accuse(*id, membership_.table()[*id].incarnation, now, out);
    }
}

void FailureDetector::member_forgotten(MemberId id) {
    // Its place may be another's soon: an ack that comes late must not be taken for that one's.
    std::erase_if(probes_, [&](const auto& entry) { return entry.second.target == id; });
    accusations_.forget(id);
    times_.forget(id);
    unsupported_.erase(id);
    udp_blocked_.erase(id);
}

// ---- time

void FailureDetector::was_late(Duration by, Instant now) {
    if (by >= kLatenessCounts) awareness_.failed(0, 0);
    const Duration postponed = std::min(by, kLatenessMax);
    for (auto& [sequence, probe] : probes_) {
        probe.ask_helpers_at += postponed;
        probe.deadline += postponed;
        probe.indirect_since += postponed;
    }
    accusations_.postpone(postponed);
    relay_.postpone(postponed);
    late_until_ = now + kReadingTakes;
}

void FailureDetector::tick(Instant now, DetectorOutput& out) {
    if (now >= next_ring_probe_) {
        probe_successors(now, out);
        next_ring_probe_ = now + awareness_.stretched(config_.probe_interval);
    }
    if (now >= next_probe_) {
        probe_next(now, out);
        next_probe_ = now + kIntervalsPerRandomProbe * awareness_.stretched(config_.probe_interval);
    }
    for (auto at = probes_.begin(); at != probes_.end();) {
        const auto running = at++;
        Probe& probe = running->second;
        if (!probe.is_indirect && now >= probe.ask_helpers_at) ask_helpers(probe, now, out);
        conclude(running, now, out);
    }
    relay_.tick(now, out);
    bear_witness(now, out);
    accusations_.tick(now, out);
}

Instant FailureDetector::next_deadline() const {
    Instant next = std::min(
        {next_probe_, next_ring_probe_, relay_.next_deadline(), accusations_.next_deadline()});
    for (const auto& [sequence, probe] : probes_) {
        next = std::min(next, std::max(probe.next_deadline(patience(probe)), late_until_));
    }
    return next;
}

}  // namespace weft::gossip
