#include "gossip/core/probe_schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gossip/core/hash.hpp"

namespace weft::gossip {

namespace {

constexpr std::size_t kSuccessorsMax = 3;
constexpr std::size_t kStrangersMax = 3;

}  // namespace

std::optional<MemberId> ProbeSchedule::next() {
    return round_.next([&](MemberId id, const Member& member) { return is_probed(id, member); });
}

// Those that are wanted by their distance behind a place on the ring.
template <class Wanted>
std::vector<MemberId> ProbeSchedule::nearest(std::uint64_t after, std::size_t count,
                                             Wanted wanted) const {
    struct Candidate {
        std::uint64_t distance;
        MemberId id;
        bool operator<(const Candidate& other) const { return distance < other.distance; }
    };
    std::vector<Candidate> nearest;
    table_.for_each([&](MemberId id, const Member& member) {
        if (!wanted(id, member)) return;
        const Candidate candidate{hash_of(member.name()) - after, id};
        if (nearest.size() == count && !(candidate < nearest.back())) return;
        nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), candidate), candidate);
        if (nearest.size() > count) nearest.pop_back();
    });
    std::vector<MemberId> ids;
    for (const Candidate& candidate : nearest) ids.push_back(candidate.id);
    return ids;
}

std::vector<MemberId> ProbeSchedule::successors() const {
    // Suspects beyond the first alive one are others' concern.
    std::vector<MemberId> found;
    const auto wanted = [&](MemberId id, const Member& member) { return is_probed(id, member); };
    for (const MemberId id : nearest(hash_of(table_[self_].name()), kSuccessorsMax, wanted)) {
        found.push_back(id);
        if (table_[id].state == MemberState::Alive) break;
    }
    return found;
}

std::vector<MemberId> ProbeSchedule::up_to_weft(MemberId from) const {
    const auto wanted = [&](MemberId id, const Member& member) {
        return id != from && id != self_ && member.state == MemberState::Alive;
    };
    std::vector<MemberId> found;
    for (const MemberId id : nearest(hash_of(table_[from].name()), kStrangersMax, wanted)) {
        found.push_back(id);
        if (is_weft(*table_[id].description)) break;
    }
    return found;
}

}  // namespace weft::gossip
