#include "gossip/core/membership.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/core/compatibility.hpp"
#include "gossip/core/encoded.hpp"
#include "gossip/core/hash.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

// Between two messages to one member about what is held against it: whoever sends old news in its
// name must not make us flood it.
constexpr Duration kTellGap = std::chrono::seconds(1);

// Between two answers to one accuser, who repeats itself until it has one.
constexpr Duration kAnswerGap = std::chrono::milliseconds(100);

// Of a higher one nobody could say that it is no longer true.
constexpr std::uint32_t kIncarnationMax = std::numeric_limits<std::uint32_t>::max() - 1;

// Whoever is said to be at the highest one cannot say that it lives, but it can die.
bool is_beyond_refutation(std::uint32_t incarnation) {
    return incarnation >= kIncarnationMax;
}

bool is_accuser(std::string_view name) {
    return !name.empty() && name.size() <= kNameBytesMax;
}

bool is_address(const Bytes& bytes) {
    return bytes && (bytes->size() == 4 || bytes->size() == 16);
}

// What is passed on must not harm others: no alive without an address or with tags that cannot be
// read.
bool is_sound(const Alive& alive) {
    const std::size_t meta = alive.meta.value_or(std::string_view()).size();
    return !alive.node.empty() && alive.node.size() <= kNameBytesMax && is_address(alive.address) &&
           meta <= kMetaBytesMax && alive.incarnation > 0 && alive.incarnation <= kIncarnationMax &&
           decode_tags(alive.meta);
}

std::string encoded_alive(const Member& member) {
    const auto versions = member.description->versions.bytes();
    return encoded(Alive{member.incarnation, member.name(), bytes_of(member.endpoint().address),
                         member.endpoint().port, member.description->meta,
                         std::string_view(versions.data(), versions.size())});
}

RefPtr<Description> described(const Alive& alive, const Versions& versions) {
    auto made = make_ref<Description>();
    made->name = alive.node;
    made->endpoint = {*address_from_bytes(*alive.address), alive.port};
    made->versions = versions;
    made->meta = alive.meta.value_or(std::string_view());
    return made;
}

}  // namespace

std::string_view to_string(MemberEvent::Kind kind) {
    switch (kind) {
        case MemberEvent::Kind::Joined:
            return "joined";
        case MemberEvent::Kind::Updated:
            return "updated";
        case MemberEvent::Kind::Failed:
            return "failed";
        case MemberEvent::Kind::Left:
            return "left";
        case MemberEvent::Kind::Conflict:
            return "conflict";
        case MemberEvent::Kind::Refused:
            return "refused";
        case MemberEvent::Kind::Discredited:
            return "discredited";
    }
    return "unknown";
}

Membership::Membership(const NodeConfig& config, DescriptionPool& pool, Instant now)
    : config_(config), pool_(pool) {
    WEFT_ASSERT(config_.validate());
    auto own = make_ref<Description>();
    own->name = config_.name;
    own->endpoint = config_.advertise;
    own->versions = config_.versions;
    own->meta = config_.meta;
    self_ = table_.add({pool_.intern(own), now, config_.incarnation, MemberState::Alive});
}

const Member* Membership::find(std::string_view name) const {
    const auto id = table_.find(name);
    return id ? &table_[*id] : nullptr;
}

const Suspicion* Membership::suspicion(MemberId id) const {
    const auto at = suspicions_.find(id);
    return at == suspicions_.end() ? nullptr : &at->second;
}

void Membership::end_suspicion(MemberId id) {
    const auto at = suspicions_.find(id);
    if (at == suspicions_.end()) return;
    deadlines_.erase({at->second.deadline(), id});
    suspicions_.erase(at);
}

void Membership::set_state(MemberId id, MemberState state, Instant now) {
    Member& member = table_[id];
    if (member.state != state) {
        count_change(member.name());
        member.since = now;
        told_.erase(id);
        // Beyond the limit somebody is not told of its death here, but by others.
        const bool is_kept = state == MemberState::Dead && deaths_.size() < config_.members_max;
        if (is_kept) deaths_.push_back(id);
    }
    member.state = state;
    if (state != MemberState::Suspect) end_suspicion(id);
}

// Not by trying members of the table: most of them live.
std::optional<MemberId> Membership::one_dead_since(Instant then, Rng& rng) {
    while (!deaths_.empty()) {
        MemberId& picked = deaths_[rng.below(deaths_.size())];
        const bool is_dead = table_.contains(picked) && table_[picked].state == MemberState::Dead &&
                             table_[picked].since >= then;
        if (is_dead) return picked;
        picked = deaths_.back();
        deaths_.pop_back();
    }
    return std::nullopt;
}

// In a large ring somebody far away changes all the time.
void Membership::count_change(std::string_view name) {
    if (hash_of(name) - hash_of(self().name()) <= changes_reach_) ++changes_;
}

void Membership::count_changes_up_to(std::optional<MemberId> last) {
    changes_reach_ = last ? hash_of(table_[*last].name()) - hash_of(self().name())
                          : std::numeric_limits<std::uint64_t>::max();
}

void Membership::drop(MemberId id) {
    end_suspicion(id);
    told_.erase(id);
    answered_.erase(id);
    accusers_.forget(id);
    strangers_ -= id != self_ && !is_weft(*table_[id].description) ? 1 : 0;
    count_change(table_[id].name());
    table_.remove(id);
}

// A new name: dead until what it said is looked at like news of one who came back.
std::optional<MemberId> Membership::preload(const DescriptionPtr& member, std::uint32_t incarnation,
                                            Instant now) {
    if (table_.find(member->name)) return std::nullopt;
    count_change(member->name);
    strangers_ += is_weft(*member) ? 0 : 1;
    return table_.add({member, now, incarnation, MemberState::Alive});
}

std::optional<MemberId> Membership::admit(const Alive& alive, const Versions& versions, Instant now,
                                          MembershipOutput& out) {
    if (table_.size() >= config_.members_max) {
        out.refused.push_back(Refusal::MembersLimit);
        out.events.push_back({MemberEvent::Kind::Refused,
                              std::string(alive.node),
                              nullptr,
                              {*address_from_bytes(*alive.address), alive.port}});
        return std::nullopt;
    }
    count_change(alive.node);
    const DescriptionPtr description = pool_.intern(described(alive, versions));
    strangers_ += is_weft(*description) ? 0 : 1;
    return table_.add({description, now, 0, MemberState::Dead});
}

Membership::Place Membership::place_of(const Member& member, const Alive& alive,
                                       Instant now) const {
    const Endpoint& endpoint = member.endpoint();
    if (bytes_of(endpoint.address) == *alive.address && endpoint.port == alive.port) {
        return Place::Same;
    }
    if (member.state == MemberState::Left) return Place::Moved;
    const bool is_reclaimable = member.state == MemberState::Dead &&
                                config_.reclaim_after > Duration{} &&
                                now - member.since > config_.reclaim_after;
    return is_reclaimable ? Place::Moved : Place::Taken;
}

void Membership::handle(const Alive& alive, Instant now, MembershipOutput& out) {
    auto known = table_.find(alive.node);
    // Most of what is heard is known, so this comes before all that takes longer.
    if (known && *known != self_ && is_address(alive.address) &&
        alive.incarnation <= table_[*known].incarnation &&
        place_of(table_[*known], alive, now) == Place::Same) {
        if (table_[*known].state != MemberState::Alive) tell_accused(*known, now, out);
        return;
    }
    // Stock agents end themselves over a version array that is too short, whoever passes it on.
    const auto versions = Versions::of(alive.versions);
    if (!versions || !is_sound(alive)) return out.refused.push_back(Refusal::Alive);
    // Accepted, it would have us refuse every view of the ring: see check_compatible().
    if (!is_understood(*versions, table_, self().description->versions)) {
        return out.refused.push_back(Refusal::Versions);
    }
    if (known != self_ && foreign_value(alive.meta, config_)) {
        return out.refused.push_back(Refusal::ForeignRing);
    }
    if (known == self_ && leaving_) return;

    if (!known) known = admit(alive, *versions, now, out);
    if (!known) return;
    const Member& member = table_[*known];
    if (place_of(member, alive, now) == Place::Taken) {
        out.events.push_back({MemberEvent::Kind::Conflict,
                              member.name(),
                              member.description,
                              {*address_from_bytes(*alive.address), alive.port}});
        return;
    }
    if (*known == self_) return hear_of_self(alive, out);
    accept(*known, alive, *versions, now, out);
}

void Membership::accept(MemberId id, const Alive& alive, const Versions& versions, Instant now,
                        MembershipOutput& out) {
    Member& member = table_[id];
    const DescriptionPtr before = member.description;
    auto described_now = described(alive, versions);
    if (!before->is_same(*described_now)) {
        member.description = pool_.intern(described_now);
        strangers_ += is_weft(*before) ? 0 : -std::size_t{1};
        strangers_ += is_weft(*member.description) ? 0 : 1;
    }
    const bool was_gone = is_gone(member.state);
    const bool is_other =
        before->meta != member.description->meta || before->endpoint != member.endpoint();
    member.incarnation = alive.incarnation;
    blame_accusers(id, now, out);
    set_state(id, MemberState::Alive, now);
    out.broadcasts.push_back({member.name(), encoded(alive)});
    if (was_gone) {
        out.events.push_back({MemberEvent::Kind::Joined, member.name(), member.description, {}});
    } else if (is_other) {
        out.events.push_back({MemberEvent::Kind::Updated, member.name(), member.description, {}});
    }
}

// Somebody holds another picture of us, of an earlier life of ours perhaps.
void Membership::hear_of_self(const Alive& alive, MembershipOutput& out) {
    if (alive.incarnation < self().incarnation || is_beyond_refutation(alive.incarnation)) return;
    const bool is_ours = alive.incarnation == self().incarnation &&
                         alive.meta.value_or(std::string_view()) == self().description->meta &&
                         Versions::of(alive.versions) == self().description->versions;
    if (!is_ours) refute(alive.incarnation, out);
}

void Membership::refute(std::uint32_t accusation, MembershipOutput& out) {
    Member& own = table_[self_];
    own.incarnation = std::max(own.incarnation, accusation) + 1;
    ++out.refutations;
    announce(out);
}

// So that it need not wait for gossip; whoever repeats an old accusation has not heard of it yet.
void Membership::answer_accuser(std::string_view accuser, Instant now, MembershipOutput& out) {
    const auto id = table_.find(accuser);
    if (!id || *id == self_ || is_gone(table_[*id].state)) return;
    const auto [answered, is_first] = answered_.try_emplace(*id, now);
    if (!is_first && now - answered->second < kAnswerGap) return;
    answered->second = now;
    out.direct.push_back({table_[*id].description, encoded_alive(self())});
}

// It announced itself below what is held against it, and would stay so for others until somebody
// told it.
void Membership::tell_accused(MemberId id, Instant now, MembershipOutput& out) {
    const auto [told, is_first] = told_.try_emplace(id, now);
    if (!is_first && now - told->second < kTellGap) return;
    told->second = now;
    const Member& member = table_[id];
    const std::string bytes =
        member.state == MemberState::Suspect
            ? encoded(Suspect{member.incarnation, member.name(), self().name()})
            : encoded(Dead{member.incarnation, member.name(), self().name()});
    out.direct.push_back({member.description, bytes});
}

void Membership::handle(const Suspect& suspect, Instant now, MembershipOutput& out) {
    consider(suspect, false, now, out);
}

void Membership::accuse(MemberId id, std::uint32_t incarnation, Instant now,
                        MembershipOutput& out) {
    consider({incarnation, table_[id].name(), self().name()}, true, now, out);
}

void Membership::consider(const Suspect& suspect, bool is_own, Instant now, MembershipOutput& out) {
    if (!is_accuser(suspect.from) || suspect.incarnation > kIncarnationMax) {
        return out.refused.push_back(Refusal::Accusation);
    }
    const auto id = table_.find(suspect.node);
    if (!id) return;
    if (*id == self_) {
        if (leaving_) return;
        if (is_beyond_refutation(suspect.incarnation))
            return out.refused.push_back(Refusal::Accusation);
        if (suspect.incarnation >= self().incarnation) refute(suspect.incarnation, out);
        return answer_accuser(suspect.from, now, out);
    }
    if (suspect.incarnation < table_[*id].incarnation) return;
    if (is_gone(table_[*id].state)) {
        table_[*id].incarnation = suspect.incarnation;
        return;
    }
    this->suspect(*id, suspect, is_own, now, out);
}

void Membership::suspect(MemberId id, const Suspect& suspect, bool is_own, Instant now,
                         MembershipOutput& out) {
    Member& member = table_[id];
    const auto running = suspicions_.find(id);
    if (running != suspicions_.end()) {
        const auto accuser = table_.find(suspect.from);
        if (accuser && !is_credible(*accuser, now)) return;
        const Instant before = running->second.deadline();
        if (!running->second.confirm(suspect.from)) return;
        deadlines_.erase({before, id});
        deadlines_.emplace(running->second.deadline(), id);
    } else {
        member.incarnation = suspect.incarnation;
        set_state(id, MemberState::Suspect, now);
        const auto [started, is_new] = suspicions_.try_emplace(
            id,
            suspicion_for(table_.size(), config_.suspicion_multiplier,
                          config_.suspicion_max_multiplier, config_.probe_interval),
            suspect.from, is_own, now);
        deadlines_.emplace(started->second.deadline(), id);
    }
    out.broadcasts.push_back({member.name(), encoded(suspect)});
}

// Who is suspected itself, or was wrong about others, may be the one that is cut off: it counts as
// an accuser where it is the first, but shortens nobody's wait.
bool Membership::is_credible(MemberId accuser, Instant now) const {
    return table_[accuser].state == MemberState::Alive && !accusers_.is_discredited(accuser, now);
}

// Not this agent: what it accuses on its own it limits itself (Accusations), and in its name stands
// what views of others say.
void Membership::blame_accusers(MemberId refuted, Instant now, MembershipOutput& out) {
    const Suspicion* refuted_one = suspicion(refuted);
    if (!refuted_one) return;
    for (const std::string& name : refuted_one->accusers()) {
        const auto accuser = table_.find(name);
        if (!accuser || *accuser == self_ || !accusers_.refuted(*accuser, refuted, now)) continue;
        out.events.push_back(
            {MemberEvent::Kind::Discredited, name, table_[*accuser].description, {}});
    }
}

void Membership::hasten(MemberId id, Instant deadline) {
    const auto at = suspicions_.find(id);
    if (at == suspicions_.end()) return;
    deadlines_.erase({at->second.deadline(), id});
    at->second.hasten(deadline);
    deadlines_.emplace(at->second.deadline(), id);
}

void Membership::handle(const Dead& dead, Instant now, MembershipOutput& out) {
    if (dead.incarnation > kIncarnationMax || dead.from.size() > kNameBytesMax)
        return out.refused.push_back(Refusal::Accusation);
    const auto id = table_.find(dead.node);
    if (!id || dead.incarnation < table_[*id].incarnation) return;
    if (is_gone(table_[*id].state)) {
        table_[*id].incarnation = dead.incarnation;
        return;
    }
    if (*id == self_ && !leaving_) {
        if (is_beyond_refutation(dead.incarnation))
            return out.refused.push_back(Refusal::Accusation);
        return refute(dead.incarnation, out);
    }
    bury(*id, dead, now, out);
}

void Membership::bury(MemberId id, const Dead& dead, Instant now, MembershipOutput& out) {
    Member& member = table_[id];
    member.incarnation = dead.incarnation;
    set_state(id, dead.is_leave() ? MemberState::Left : MemberState::Dead, now);
    out.broadcasts.push_back({member.name(), encoded(dead)});
    const auto kind = dead.is_leave() ? MemberEvent::Kind::Left : MemberEvent::Kind::Failed;
    out.events.push_back({kind, member.name(), member.description, {}});
}

Result<void> Membership::merge(const NodeRecords& nodes, Instant now, MembershipOutput& out) {
    WEFT_TRY(check_compatible(nodes, table_, config_));
    nodes.for_each([&](const NodeRecord& record) {
        if (record.state < 0 || record.state > static_cast<std::int64_t>(MemberState::Left))
            return out.refused.push_back(Refusal::Record);
        // Old versions of memberlist name no port: everybody has the same one there.
        const std::uint16_t port = record.port == 0 ? config_.advertise.port : record.port;
        switch (static_cast<MemberState>(record.state)) {
            case MemberState::Alive:
                return handle(Alive{record.incarnation, record.name, record.address, port,
                                    record.meta, record.versions},
                              now, out);
            case MemberState::Left:
                return handle(Dead{record.incarnation, record.name, record.name}, now, out);
            case MemberState::Dead:
                // A reason to ask it, no more; but where it is suspected already, it was asked, and
                // somebody's clock ran out.
                if (const Member* known = find(record.name);
                    known && known->state == MemberState::Suspect) {
                    return handle(Dead{record.incarnation, record.name, self().name()}, now, out);
                }
                [[fallthrough]];
            case MemberState::Suspect:
                return handle(Suspect{record.incarnation, record.name, self().name()}, now, out);
        }
    });
    return success();
}

Instant Membership::next_deadline() const {
    return deadlines_.empty() ? Instant::max() : deadlines_.begin()->first;
}

void Membership::tick(Instant now, MembershipOutput& out) {
    while (next_deadline() <= now) {
        const MemberId id = deadlines_.begin()->second;
        // The name is in the description, which burying keeps.
        const DescriptionPtr held = table_[id].description;
        bury(id, Dead{table_[id].incarnation, held->name, self().name()}, now, out);
    }
}

std::vector<std::pair<MemberId, std::string>> Membership::forget(Instant now) {
    std::vector<MemberId> due;
    table_.for_each([&](MemberId id, const Member& member) {
        const bool is_due =
            id != self_ && is_gone(member.state) && now - member.since > config_.gossip_to_the_dead;
        if (is_due) due.push_back(id);
    });
    std::vector<std::pair<MemberId, std::string>> forgotten;
    for (const MemberId id : due) {
        forgotten.emplace_back(id, table_[id].name());
        drop(id);
    }
    return forgotten;
}

bool Membership::forget(std::string_view name) {
    const auto id = table_.find(name);
    if (!id || *id == self_ || !is_gone(table_[*id].state)) return false;
    drop(*id);
    return true;
}

void Membership::announce(MembershipOutput& out) {
    out.broadcasts.push_back({self().name(), encoded_alive(self())});
}

void Membership::set_meta(std::string meta, MembershipOutput& out) {
    Member& own = table_[self_];
    auto changed = make_ref<Description>(*own.description);
    changed->meta = std::move(meta);
    own.description = pool_.intern(changed);
    own.incarnation = std::min(own.incarnation + 1, kIncarnationMax);
    announce(out);
}

void Membership::leave(Instant now, MembershipOutput& out) {
    if (std::exchange(leaving_, true)) return;
    const DescriptionPtr own = self().description;
    bury(self_, Dead{self().incarnation, own->name, own->name}, now, out);
}

void Membership::check_invariants() const {
    WEFT_ASSERT(leaving_ ? self().state == MemberState::Left : self().state == MemberState::Alive);
    WEFT_ASSERT(table_.size() <= config_.members_max);
    std::size_t suspects = 0, strangers = 0;
    table_.for_each([&](MemberId id, const Member& member) {
        strangers += id != self_ && !is_weft(*member.description) ? 1 : 0;
        WEFT_ASSERT(table_.find(member.name()) == id);
        const Suspicion* running = suspicion(id);
        WEFT_ASSERT((running != nullptr) == (member.state == MemberState::Suspect));
        if (running) WEFT_ASSERT(deadlines_.contains({running->deadline(), id}));
        suspects += running ? 1 : 0;
    });
    WEFT_ASSERT(suspects == suspicions_.size() && suspects == deadlines_.size());
    WEFT_ASSERT(strangers == strangers_);
}

}  // namespace weft::gossip
