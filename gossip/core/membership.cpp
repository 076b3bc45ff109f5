#include "gossip/core/membership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

// Between two messages to one member about what is held against it: whoever sends old news in its
// name must not make us flood it.
constexpr Duration kTellGap = std::chrono::seconds(1);

// Of a higher one nobody could say that it is no longer true.
constexpr std::uint32_t kIncarnationMax = std::numeric_limits<std::uint32_t>::max() - 1;

bool is_address(const Bytes& bytes) {
    return bytes && (bytes->size() == 4 || bytes->size() == 16);
}

// What is passed on must not harm others: no alive without an address or with tags that cannot be
// read.
bool is_sound(const Alive& alive) {
    const std::size_t meta = alive.meta.value_or(std::string_view()).size();
    return !alive.node.empty() && is_address(alive.address) && meta <= kMetaBytesMax &&
           alive.incarnation > 0 && alive.incarnation <= kIncarnationMax && decode_tags(alive.meta);
}

// As memberlist looks at the first three.
bool is_speakable(const Versions& versions) {
    return versions.protocol_min != 0 && versions.protocol_max != 0 &&
           versions.protocol_min <= versions.protocol_max;
}

template <class M>
std::string encoded(const M& message) {
    std::string out;
    encode_message(out, message);
    return out;
}

std::string encoded_alive(const Member& member) {
    const auto versions = member.versions.bytes();
    return encoded(Alive{member.incarnation, member.name, member.address, member.port, member.meta,
                         std::string_view(versions.data(), versions.size())});
}

bool is_gone(MemberState state) {
    return state == MemberState::Dead || state == MemberState::Left;
}

// The versions that all who were added understand.
class CommonVersions {
public:
    void add(const Versions& versions) {
        protocol_min_ = std::max(protocol_min_, versions.protocol_min);
        protocol_max_ = std::min(protocol_max_, versions.protocol_max);
        delegate_min_ = std::max(delegate_min_, versions.delegate_min);
        delegate_max_ = std::min(delegate_max_, versions.delegate_max);
    }
    bool covers(const Versions& versions) const {
        return protocol_min_ <= versions.protocol_current &&
               versions.protocol_current <= protocol_max_ &&
               delegate_min_ <= versions.delegate_current &&
               versions.delegate_current <= delegate_max_;
    }

private:
    std::uint8_t protocol_min_ = 0;
    std::uint8_t protocol_max_ = 255;
    std::uint8_t delegate_min_ = 0;
    std::uint8_t delegate_max_ = 255;
};

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
    }
    return "unknown";
}

Result<void> MembershipConfig::validate() const {
    if (name.empty()) return make_error(Errc::InvalidArgument, "a member of a ring needs a name");
    if (address.size() != 4 && address.size() != 16) {
        return make_error(Errc::InvalidArgument, "an address has 4 or 16 bytes");
    }
    if (meta.size() > kMetaBytesMax) {
        return make_error(Errc::Limit, fmt::format("the tags take {} bytes, the limit is {}",
                                                   meta.size(), kMetaBytesMax));
    }
    if (suspicion_multiplier < 1 || suspicion_max_multiplier < 1 || probe_interval <= Duration{}) {
        return make_error(Errc::InvalidArgument,
                          "suspicion multipliers and probe interval must be above 0");
    }
    return success();
}

Membership::Membership(const MembershipConfig& config, Instant now) : config_(config) {
    WEFT_ASSERT(config_.validate());
    Member& self = members_[config_.name];
    self.name = config_.name;
    self.address = config_.address;
    self.port = config_.port;
    self.meta = config_.meta;
    self.versions = config_.versions;
    self.incarnation = config_.incarnation;
    set_state(self, MemberState::Alive, now);
}

Member* Membership::member(std::string_view name) {
    const auto at = members_.find(name);
    return at == members_.end() ? nullptr : &at->second;
}

const Member* Membership::find(std::string_view name) const {
    const auto at = members_.find(name);
    return at == members_.end() ? nullptr : &at->second;
}

void Membership::set_state(Member& member, MemberState state, Instant now) {
    if (member.state != state) member.since = now;
    member.state = state;
    if (state == MemberState::Suspect) {
        suspects_.insert(member.name);
    } else {
        member.suspicion.reset();
        suspects_.erase(member.name);
    }
}

// A new name: dead until what it said is looked at like news of one who came back.
Member* Membership::admit(const Alive& alive, Instant now, MembershipOutput& out) {
    const auto versions = Versions::of(alive.versions);
    if (!versions) return nullptr;
    if (members_.size() >= config_.members_max) {
        out.events.push_back({MemberEvent::Kind::Refused, std::string(alive.node)});
        return nullptr;
    }
    Member& member = members_[std::string(alive.node)];
    member.name = alive.node;
    member.address = *alive.address;
    member.port = alive.port;
    member.versions = *versions;
    member.since = now;
    return &member;
}

Membership::Place Membership::place_of(const Member& member, const Alive& alive,
                                       Instant now) const {
    if (member.address == *alive.address && member.port == alive.port) return Place::Same;
    if (member.state == MemberState::Left) return Place::Moved;
    const bool is_reclaimable = member.state == MemberState::Dead &&
                                config_.reclaim_after > Duration{} &&
                                now - member.since > config_.reclaim_after;
    return is_reclaimable ? Place::Moved : Place::Taken;
}

void Membership::handle(const Alive& alive, Instant now, MembershipOutput& out) {
    if (is_self(alive.node) && leaving_) return;
    const auto versions = Versions::of(alive.versions);
    if (!is_sound(alive) || (versions && !is_speakable(*versions))) return;

    Member* known = member(alive.node);
    if (!known) known = admit(alive, now, out);
    if (!known) return;
    const Place place = place_of(*known, alive, now);
    if (place == Place::Taken) {
        out.events.push_back({MemberEvent::Kind::Conflict, known->name});
        return;
    }
    if (is_self(alive.node)) return hear_of_self(alive, out);
    if (place == Place::Same && alive.incarnation <= known->incarnation) {
        if (known->state != MemberState::Alive) tell_accused(*known, now, out);
        return;
    }

    const std::string_view meta = alive.meta.value_or(std::string_view());
    const bool was_gone = is_gone(known->state);
    const bool is_other = known->meta != meta || place == Place::Moved;
    known->incarnation = alive.incarnation;
    known->address = *alive.address;
    known->port = alive.port;
    known->meta = meta;
    if (versions) known->versions = *versions;
    set_state(*known, MemberState::Alive, now);
    out.broadcasts.push_back({known->name, encoded(alive)});
    if (was_gone) {
        out.events.push_back({MemberEvent::Kind::Joined, known->name});
    } else if (is_other) {
        out.events.push_back({MemberEvent::Kind::Updated, known->name});
    }
}

// Somebody holds another picture of us, of an earlier life of ours perhaps.
void Membership::hear_of_self(const Alive& alive, MembershipOutput& out) {
    const Member& self = own();
    if (alive.incarnation < self.incarnation) return;
    const bool is_ours = alive.incarnation == self.incarnation &&
                         alive.meta.value_or(std::string_view()) == self.meta &&
                         Versions::of(alive.versions) == self.versions;
    if (!is_ours) refute(alive.incarnation, out);
}

void Membership::refute(std::uint32_t accusation, MembershipOutput& out) {
    Member& self = own();
    self.incarnation = std::max(self.incarnation, accusation) + 1;
    ++out.refutations;
    announce(out);
}

// It announced itself below what is held against it, and would stay so for others until somebody
// told it.
void Membership::tell_accused(Member& member, Instant now, MembershipOutput& out) const {
    if (member.told_at != Instant::min() && now - member.told_at < kTellGap) return;
    member.told_at = now;
    const std::string bytes =
        member.state == MemberState::Suspect
            ? encoded(gossip::Suspect{member.incarnation, member.name, config_.name})
            : encoded(gossip::Dead{member.incarnation, member.name, config_.name});
    out.direct.push_back({member.name, bytes});
}

void Membership::handle(const Suspect& suspect, Instant now, MembershipOutput& out) {
    Member* accused = member(suspect.node);
    if (!accused || suspect.from.empty() || suspect.incarnation > kIncarnationMax ||
        suspect.incarnation < accused->incarnation) {
        return;
    }
    if (accused->suspicion) {
        if (accused->suspicion->confirm(suspect.from)) {
            out.broadcasts.push_back({accused->name, encoded(suspect)});
        }
        return;
    }
    if (is_gone(accused->state)) {
        accused->incarnation = suspect.incarnation;
        return;
    }
    if (is_self(suspect.node)) {
        if (!leaving_) refute(suspect.incarnation, out);
        return;
    }
    accused->incarnation = suspect.incarnation;
    accused->suspicion.emplace(
        suspicion_for(members_.size(), config_.suspicion_multiplier,
                      config_.suspicion_max_multiplier, config_.probe_interval),
        suspect.from, now);
    set_state(*accused, MemberState::Suspect, now);
    out.broadcasts.push_back({accused->name, encoded(suspect)});
}

void Membership::handle(const Dead& dead, Instant now, MembershipOutput& out) {
    Member* accused = member(dead.node);
    if (!accused || dead.incarnation > kIncarnationMax || dead.incarnation < accused->incarnation) {
        return;
    }
    if (is_gone(accused->state)) {
        accused->incarnation = dead.incarnation;
        return;
    }
    if (is_self(dead.node) && !leaving_) return refute(dead.incarnation, out);
    bury(*accused, dead, now, out);
}

void Membership::bury(Member& member, const Dead& dead, Instant now, MembershipOutput& out) {
    member.incarnation = dead.incarnation;
    set_state(member, dead.is_leave() ? MemberState::Left : MemberState::Dead, now);
    out.broadcasts.push_back({member.name, encoded(dead)});
    const auto kind = dead.is_leave() ? MemberEvent::Kind::Left : MemberEvent::Kind::Failed;
    out.events.push_back({kind, member.name});
}

Result<void> Membership::check_versions(const NodeRecords& nodes) const {
    CommonVersions common;
    nodes.for_each([&](const NodeRecord& record) {
        const auto versions = Versions::of(record.versions);
        if (versions && record.state == static_cast<std::int64_t>(MemberState::Alive)) {
            common.add(*versions);
        }
    });
    for (const auto& [name, known] : members_) {
        if (known.state == MemberState::Alive) common.add(known.versions);
    }
    std::string odd;
    nodes.for_each([&](const NodeRecord& record) {
        const Versions versions =
            Versions::of(record.versions).value_or(Versions{0, 0, 0, 0, 0, 0});
        if (odd.empty() && !common.covers(versions)) odd = record.name;
    });
    for (const auto& [name, known] : members_) {
        if (odd.empty() && !common.covers(known.versions)) odd = name;
    }
    if (odd.empty()) return success();
    return make_error(Errc::Unsupported,
                      fmt::format("member {} speaks no protocol version that all of both rings "
                                  "understand",
                                  odd));
}

Result<void> Membership::merge(const NodeRecords& nodes, Instant now, MembershipOutput& out) {
    WEFT_TRY(check_versions(nodes));
    nodes.for_each([&](const NodeRecord& record) {
        switch (static_cast<MemberState>(record.state)) {
            case MemberState::Alive:
                return handle(Alive{record.incarnation, record.name, record.address, record.port,
                                    record.meta, record.versions},
                              now, out);
            case MemberState::Left:
                return handle(Dead{record.incarnation, record.name, record.name}, now, out);
            case MemberState::Dead:
            case MemberState::Suspect:
                // That others hold it dead is a reason to ask it, no more.
                return handle(Suspect{record.incarnation, record.name, config_.name}, now, out);
        }
    });
    return success();
}

Instant Membership::next_deadline() const {
    Instant next = Instant::max();
    for (const std::string& name : suspects_) {
        next = std::min(next, find(name)->suspicion->deadline());
    }
    return next;
}

void Membership::tick(Instant now, MembershipOutput& out) {
    const std::vector<std::string> suspects(suspects_.begin(), suspects_.end());
    for (const std::string& name : suspects) {
        Member& suspect = *member(name);
        if (suspect.suspicion->deadline() > now) continue;
        bury(suspect, Dead{suspect.incarnation, name, config_.name}, now, out);
    }
}

std::vector<std::string> Membership::forget(Instant now) {
    std::vector<std::string> gone;
    for (auto at = members_.begin(); at != members_.end();) {
        const Member& known = at->second;
        const bool is_due = !is_self(known.name) && is_gone(known.state) &&
                            now - known.since > config_.gossip_to_the_dead;
        if (is_due) gone.push_back(known.name);
        at = is_due ? members_.erase(at) : std::next(at);
    }
    return gone;
}

void Membership::announce(MembershipOutput& out) {
    out.broadcasts.push_back({config_.name, encoded_alive(self())});
}

void Membership::set_meta(std::string meta, MembershipOutput& out) {
    Member& self = own();
    self.meta = std::move(meta);
    ++self.incarnation;
    announce(out);
}

void Membership::leave(Instant now, MembershipOutput& out) {
    if (std::exchange(leaving_, true)) return;
    Member& self = own();
    bury(self, Dead{self.incarnation, self.name, self.name}, now, out);
}

void Membership::check_invariants() const {
    const Member* self = find(config_.name);
    WEFT_ASSERT(self != nullptr);
    WEFT_ASSERT(leaving_ ? self->state == MemberState::Left : self->state == MemberState::Alive);
    WEFT_ASSERT(members_.size() <= config_.members_max);
    std::size_t suspects = 0;
    for (const auto& [name, known] : members_) {
        WEFT_ASSERT(name == known.name);
        WEFT_ASSERT(known.suspicion.has_value() == (known.state == MemberState::Suspect));
        suspects += known.suspicion ? 1 : 0;
    }
    WEFT_ASSERT(suspects == suspects_.size());
}

}  // namespace weft::gossip
