#include "gossip/core/probe_schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gossip/core/hash.hpp"

namespace weft::gossip {

namespace {

constexpr std::size_t kSuccessorsMax = 3;

}  // namespace

std::optional<MemberId> ProbeSchedule::next() {
    return round_.next([&](MemberId id, const Member& member) { return is_probed(id, member); });
}

std::vector<MemberId> ProbeSchedule::successors() const {
    struct Candidate {
        std::uint64_t distance;
        MemberId id;
        bool operator<(const Candidate& other) const { return distance < other.distance; }
    };
    const std::uint64_t own = hash_of(table_[self_].name());
    // The nearest few by distance; suspects beyond the first alive one are others' concern.
    std::vector<Candidate> nearest;
    table_.for_each([&](MemberId id, const Member& member) {
        if (!is_probed(id, member)) return;
        const Candidate candidate{hash_of(member.name()) - own, id};
        if (nearest.size() == kSuccessorsMax && !(candidate < nearest.back())) return;
        nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), candidate), candidate);
        if (nearest.size() > kSuccessorsMax) nearest.pop_back();
    });
    std::vector<MemberId> found;
    for (const Candidate& candidate : nearest) {
        found.push_back(candidate.id);
        if (table_[candidate.id].state == MemberState::Alive) break;
    }
    return found;
}

}  // namespace weft::gossip
