#include "gossip/core/accusations.hpp"

#include <algorithm>
#include <cmath>

#include "gossip/core/encoded.hpp"

namespace weft::gossip {

namespace {

constexpr Duration kTellEvery = std::chrono::milliseconds(200);
constexpr int kTellings = 10;
// Then on, until the accused answers or its time is over: it may have been out of reach.
constexpr Duration kTellSeldom = std::chrono::seconds(5);

constexpr Duration kCondemnationMin = std::chrono::milliseconds(1500);
// So many members one agent may condemn in that time by its own evidence; it may be the sick one.
constexpr Duration kCondemnedWindow = std::chrono::seconds(10);

}  // namespace

void Accusations::accuse(MemberId id, std::uint32_t incarnation, Instant now, DetectorOutput& out) {
    const Member& member = membership_.table()[id];
    if (member.state == MemberState::Alive) ++counters_.suspicions;
    membership_.accuse(id, incarnation, now, out.membership);
    if (is_accused(id, incarnation)) {
        tellings_.try_emplace(id, Telling{now + kTellEvery, kTellings});
    }
}

bool Accusations::is_accused(MemberId id, std::uint32_t incarnation) const {
    const MemberTable& table = membership_.table();
    return table.contains(id) && table[id].state == MemberState::Suspect &&
           table[id].incarnation == incarnation;
}

// How long a refutation may take to get here: it is asked for directly, and comes directly or in a
// few rounds of gossip.
Duration Accusations::wait() const {
    const auto members = static_cast<double>(membership_.table().size()) + 1;
    const double rounds = std::ceil(std::log(members) / std::log(config_.gossip_nodes + 1.0));
    const auto spread = std::chrono::duration_cast<Duration>(rounds * config_.gossip_interval / 2);
    return std::max(kCondemnationMin, 3 * spread);
}

void Accusations::condemn(const Probe& probe, Instant now) {
    if (!is_accused(probe.target, probe.incarnation)) return;
    Condemnation fresh{probe.incarnation, now + wait(), probe.dial};
    if (probe.is_refused()) {
        const bool is_seconded = probe.looks_refused > 0;
        fresh = {probe.incarnation, is_seconded ? now : now + kCondemnationMin, std::nullopt};
    } else if (!probe.is_silent()) {
        return;
    }
    // The accused is looked at again and again: the first such look counts, unless a later one saw
    // more.
    Condemnation& held = condemnations_.try_emplace(probe.target, fresh).first->second;
    if (held.incarnation != fresh.incarnation || fresh.due < held.due) held = fresh;
}

// Whoever holds many for gone at once may be the one that is cut off: beyond a few the published
// clock decides, which needs others to agree.
bool Accusations::may_condemn(Instant now) {
    std::erase_if(condemned_, [&](Instant at) { return now - at > kCondemnedWindow; });
    const std::size_t max = std::max<std::size_t>(3, membership_.table().size() / 20);
    return condemned_.size() < max;
}

void Accusations::carry_out(Instant now) {
    for (auto at = condemnations_.begin(); at != condemnations_.end();) {
        const auto& [id, condemnation] = *at;
        const bool is_void = !is_accused(id, condemnation.incarnation);
        if (!is_void && condemnation.due > now) {
            ++at;
            continue;
        }
        if (!is_void && may_condemn(now)) {
            membership_.hasten(id, now);
            condemned_.push_back(now);
        }
        at = condemnations_.erase(at);
    }
}

void Accusations::acquit(DialId opened) {
    std::erase_if(condemnations_, [&](const auto& entry) { return entry.second.dial == opened; });
}

void Accusations::postpone(Duration by) {
    for (auto& [id, condemnation] : condemnations_) condemnation.due += by;
}

void Accusations::tell(Instant now, DetectorOutput& out) {
    for (auto at = tellings_.begin(); at != tellings_.end();) {
        auto& [id, telling] = *at;
        const MemberTable& table = membership_.table();
        if (!table.contains(id) || table[id].state != MemberState::Suspect) {
            at = tellings_.erase(at);
            continue;
        }
        if (telling.next <= now) {
            const Member& member = table[id];
            const Suspect accusation{member.incarnation, member.name(), membership_.self().name()};
            out.sends.push_back({member.endpoint(), {encoded(accusation)}, false, true});
            if (telling.left > 0) --telling.left;
            telling.next = now + (telling.left > 0 ? kTellEvery : kTellSeldom);
        }
        ++at;
    }
}

void Accusations::tick(Instant now, DetectorOutput& out) {
    carry_out(now);
    tell(now, out);
}

Instant Accusations::next_deadline() const {
    Instant next = Instant::max();
    for (const auto& [id, condemnation] : condemnations_) next = std::min(next, condemnation.due);
    for (const auto& [id, telling] : tellings_) next = std::min(next, telling.next);
    return next;
}

}  // namespace weft::gossip
