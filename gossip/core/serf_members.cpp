#include "gossip/core/serf_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/core/encoded.hpp"

namespace weft::gossip {

namespace {

// Intents about strangers: so many, then new ones are not remembered (and not passed on: without
// memory they would go round for ever).
constexpr std::size_t kIntentsMax = 4096;
// Who means to leave is gone within seconds. Who is there after a minute does not leave: the intent
// and a join of the same time crossed, which no message tells apart.
constexpr Duration kLeavingMost = std::chrono::minutes(1);
constexpr std::string_view kMemberClock = "member";

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kNameBytesMax;
}

}  // namespace

SerfMembers::SerfMembers(const NodeConfig& config, DescriptionPtr self) : config_(config) {
    clock_.restore(config.member_clock + 1);
    self_ = table_.add({std::move(self), 0, {}, MemberStatus::Alive});
    alive_ = 1;
}

const SerfMember* SerfMembers::find(std::string_view name) const {
    const auto id = table_.find(name);
    return id ? &table_[*id] : nullptr;
}

void SerfMembers::set_status(Id id, MemberStatus status, Instant now) {
    ++changes_;
    SerfMember& member = table_[id];
    alive_ -= member.status == MemberStatus::Alive ? 1 : 0;
    alive_ += status == MemberStatus::Alive ? 1 : 0;
    const bool was_gone = member.is_gone();
    member.status = status;
    if (status == MemberStatus::Leaving || (member.is_gone() && !was_gone)) member.since = now;
}

void SerfMembers::describe(Id id, DescriptionPtr description) {
    ++changes_;
    table_[id].description = std::move(description);
}

// ---- what Membership found

void SerfMembers::handle(const MemberEvent& event, Instant now, SerfOutput& out) {
    using Kind = MemberEvent::Kind;
    switch (event.kind) {
        case Kind::Joined:
            return joined(event.member, now, out);
        case Kind::Updated:
            if (const auto id = table_.find(event.name)) {
                describe(*id, event.member);
                out.events.push_back(event::MemberUpdated{event.member});
            }
            return;
        case Kind::Failed:
        case Kind::Left:
            return gone(event, now, out);
        case Kind::Conflict:
        case Kind::Refused:
        case Kind::Discredited:
            return;
    }
}

void SerfMembers::preload(const DescriptionPtr& member) {
    table_.add({member, 0, {}, MemberStatus::Alive});
    ++alive_;
    ++changes_;
}

void SerfMembers::joined(const DescriptionPtr& member, Instant now, SerfOutput& out) {
    if (const auto known = table_.find(member->name)) {
        describe(*known, member);
        set_status(*known, MemberStatus::Alive, now);
        prunings_.erase(member->name);
    } else {
        make_room(out);
        const Id id = table_.add({member, 0, {}, MemberStatus::None});
        const auto intent = intents_.find(member->name);
        const bool was_told = intent != intents_.end();
        const bool leaves = was_told && intent->second.is_leave;
        if (was_told) table_[id].status_time = intent->second.time;
        set_status(id, leaves ? MemberStatus::Leaving : MemberStatus::Alive, now);
        if (was_told) intents_.erase(intent);
    }
    out.events.push_back(event::MemberJoined{member});
}

void SerfMembers::gone(const MemberEvent& event, Instant now, SerfOutput& out) {
    const auto id = table_.find(event.name);
    if (!id || *id == self_) return;
    const MemberStatus status = table_[*id].status;
    if (status != MemberStatus::Alive && status != MemberStatus::Leaving) return;
    // Its own farewell counts even where its intent did not come through.
    const bool left = status == MemberStatus::Leaving || event.kind == MemberEvent::Kind::Left;
    set_status(*id, left ? MemberStatus::Left : MemberStatus::Failed, now);
    const DescriptionPtr& member = table_[*id].description;
    if (left) {
        out.events.push_back(event::MemberLeft{member});
    } else {
        out.events.push_back(event::MemberFailed{member});
    }
}

// ---- what members mean to do

bool SerfMembers::remember(std::string_view node, const Intent& intent, SerfOutput& out) {
    if (!is_name(node)) return false;
    const auto known = intents_.find(node);
    if (known != intents_.end()) {
        if (intent.time <= known->second.time) return false;
        known->second = intent;
        return true;
    }
    if (intents_.size() >= kIntentsMax) {
        out.refused.push_back(Refusal::Intent);
        return false;
    }
    intents_.emplace(node, intent);
    return true;
}

bool SerfMembers::apply(const LeaveIntent& intent, Instant now, SerfOutput& out) {
    const auto id = table_.find(intent.node);
    if (!id) return remember(intent.node, {intent.time, true, now}, out);
    SerfMember& member = table_[*id];
    if (intent.time <= member.status_time) return false;
    if (*id == self_ && !leaving_) {
        // Of an earlier life, or somebody's mistake: we are here, as of later than that.
        clock_.witness(intent.time);
        announce_join(now, out);
        return false;
    }
    member.status_time = intent.time;
    if (member.status == MemberStatus::Alive) {
        set_status(*id, MemberStatus::Leaving, now);
        out.events.push_back(event::MemberLeaving{member.description});
    } else if (member.status == MemberStatus::Failed) {
        set_status(*id, MemberStatus::Left, now);
        out.events.push_back(event::MemberLeft{member.description});
    }
    if (intent.prune && *id != self_) {
        if (member.status == MemberStatus::Leaving) {
            prunings_[member.name()] = now + config_.broadcast_timeout;
        } else {
            prune(*id, out);
        }
    }
    return true;
}

void SerfMembers::stays(Id id, Instant now, SerfOutput& out) {
    set_status(id, MemberStatus::Alive, now);
    prunings_.erase(table_[id].name());
    out.events.push_back(event::MemberUpdated{table_[id].description});
}

bool SerfMembers::apply(const JoinIntent& intent, Instant now, SerfOutput& out) {
    const auto id = table_.find(intent.node);
    if (!id) return remember(intent.node, {intent.time, false, now}, out);
    SerfMember& member = table_[*id];
    if (intent.time <= member.status_time) return false;
    member.status_time = intent.time;
    if (member.status == MemberStatus::Leaving && !(*id == self_ && leaving_)) stays(*id, now, out);
    return true;
}

void SerfMembers::handle(const LeaveIntent& intent, std::string_view blob, Instant now,
                         SerfOutput& out) {
    if (!is_name(intent.node)) return out.refused.push_back(Refusal::Intent);
    if (!witness(clock_, kMemberClock, intent.time, out)) return;
    if (apply(intent, now, out)) {
        out.broadcasts.push_back({Dissemination::Kind::Intents, std::string(blob)});
    }
}

void SerfMembers::handle(const JoinIntent& intent, std::string_view blob, Instant now,
                         SerfOutput& out) {
    if (!is_name(intent.node)) return out.refused.push_back(Refusal::Intent);
    if (!witness(clock_, kMemberClock, intent.time, out)) return;
    if (apply(intent, now, out)) {
        out.broadcasts.push_back({Dissemination::Kind::Intents, std::string(blob)});
    }
}

void SerfMembers::pass_on(const LeaveIntent& intent, SerfOutput& out) {
    out.broadcasts.push_back({Dissemination::Kind::Intents, encoded_blob(intent)});
}

// Its time stays what it is, where Serf adds one, for a join intent of that time not to win: it
// could be the time of the member's return, which would then be lost on some.
void SerfMembers::left_elsewhere(Id id, LamportTime time, Instant now, SerfOutput& out) {
    table_[id].status_time = time;
    set_status(id, MemberStatus::Left, now);
    out.events.push_back(event::MemberLeft{table_[id].description});
    // The gossip of it ended before it came here (stock Serf tells its dead as well as the living),
    // or this part of the ring was cut off: others beside us may not know either.
    pass_on({time, table_[id].name(), false}, out);
}

void SerfMembers::merge(const SerfPushPull& state, bool is_join, Instant now, SerfOutput& out) {
    if (!meet(clock_, kMemberClock, state.time, is_join, out)) return;
    std::set<std::string_view> left;
    if (state.left_members) left.insert(state.left_members->begin(), state.left_members->end());
    if (!state.status_times) return;
    for (const auto& [name, time] : *state.status_times) {
        if (!left.contains(name) || !witness(clock_, kMemberClock, time, out)) continue;
        // Only those who failed here have left instead. Who is here although the nodes of this very
        // message are merged is back, and the other is late.
        const auto id = table_.find(name);
        if (id && table_[*id].status == MemberStatus::Failed && time >= table_[*id].status_time)
            left_elsewhere(*id, time, now, out);
    }
    for (const auto& [name, time] : *state.status_times) {
        if (left.contains(name) || !witness(clock_, kMemberClock, time, out)) continue;
        // Somebody holds something later about us than we ever said: whatever it is, we are here.
        if (name == table_[self_].name() && !leaving_ && time > table_[self_].status_time) {
            announce_join(now, out);
            continue;
        }
        apply(JoinIntent{time, name}, now, out);
    }
}

// ---- of this agent

void SerfMembers::announce_join(Instant now, SerfOutput& out) {
    const JoinIntent intent{clock_.tick(), table_[self_].name()};
    apply(intent, now, out);
    out.broadcasts.push_back({Dissemination::Kind::Intents, encoded_blob(intent)});
}

void SerfMembers::announce_leave(Instant now, SerfOutput& out) {
    leaving_ = true;
    const LeaveIntent intent{clock_.tick(), table_[self_].name(), false};
    apply(intent, now, out);
    pass_on(intent, out);
}

Result<void> SerfMembers::force_leave(std::string_view name, bool prune, Instant now,
                                      SerfOutput& out) {
    const auto id = table_.find(name);
    if (!id) return make_error(Errc::NotFound, fmt::format("no member is called {}", name));
    if (*id == self_) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("{} is this agent: it leaves by itself", name));
    }
    const std::string held(name);  // the table may forget it
    const LeaveIntent intent{clock_.tick(), held, prune};
    apply(intent, now, out);
    pass_on(intent, out);
    return success();
}

// ---- forgetting

// Membership forgets the gone within a minute, so names that somebody makes up would add up here
// for days. Those that are gone longest go, some at a time.
void SerfMembers::make_room(SerfOutput& out) {
    if (table_.size() < 2 * config_.members_max) return;
    std::vector<std::pair<Instant, Id>> gone;
    table_.for_each([&](Id id, const SerfMember& member) {
        if (id != self_ && member.is_gone()) gone.emplace_back(member.since, id);
    });
    std::sort(gone.begin(), gone.end());
    gone.resize(std::min(gone.size(), 1 + config_.members_max / 16));
    for (const auto& [at, id] : gone) prune(id, out);
}

void SerfMembers::prune(Id id, SerfOutput& out) {
    const DescriptionPtr member = table_[id].description;
    set_status(id, MemberStatus::None, {});
    prunings_.erase(member->name);
    table_.remove(id);
    pruned_.push_back(member->name);
    out.events.push_back(event::MemberReaped{member});
}

void SerfMembers::reap(Instant now, SerfOutput& out) {
    std::vector<Id> due, staying;
    table_.for_each([&](Id id, const SerfMember& member) {
        if (id == self_) return;
        if (member.status == MemberStatus::Leaving && now - member.since > kLeavingMost)
            staying.push_back(id);
        if (!member.is_gone()) return;
        const Duration kept = member.status == MemberStatus::Failed ? config_.reconnect_timeout
                                                                    : config_.tombstone_timeout;
        if (now - member.since > kept) due.push_back(id);
    });
    for (const auto& [name, at] : prunings_) {
        const auto id = table_.find(name);
        // Who only means to leave is still in the ring: forgotten here, it would stay unseen.
        if (id && at <= now && table_[*id].is_gone() &&
            std::find(due.begin(), due.end(), *id) == due.end()) {
            due.push_back(*id);
        }
    }
    for (const Id id : due) prune(id, out);
    for (const Id id : staying) stays(id, now, out);
    std::erase_if(intents_, [&](const auto& entry) {
        return now - entry.second.heard_at > config_.intent_timeout;
    });
}

DescriptionPtr SerfMembers::reconnect(Rng& rng) const {
    std::size_t failed = 0, left = 0;
    table_.for_each([&](Id, const SerfMember& member) {
        failed += member.status == MemberStatus::Failed ? 1 : 0;
        left += member.status == MemberStatus::Left ? 1 : 0;
    });
    if (failed == 0) return nullptr;
    const std::size_t there = std::max<std::size_t>(table_.size() - failed - left, 1);
    if (rng.unit() >= static_cast<double>(failed) / static_cast<double>(there)) return nullptr;
    std::size_t turn = rng.below(failed);
    DescriptionPtr chosen;
    table_.for_each([&](Id, const SerfMember& member) {
        if (member.status == MemberStatus::Failed && turn-- == 0) chosen = member.description;
    });
    return chosen;
}

void SerfMembers::check_invariants() const {
    std::size_t alive = 0;
    table_.for_each([&](Id, const SerfMember& member) {
        WEFT_ASSERT(member.status != MemberStatus::None);
        WEFT_ASSERT(member.status_time < clock_.time() + LamportClock::kLeapMax);
        alive += member.status == MemberStatus::Alive ? 1 : 0;
    });
    WEFT_ASSERT(alive == alive_);
    WEFT_ASSERT(intents_.size() <= kIntentsMax);
    const MemberStatus own = table_[self_].status;
    WEFT_ASSERT(leaving_ ? own != MemberStatus::Alive : own == MemberStatus::Alive);
}

}  // namespace weft::gossip
