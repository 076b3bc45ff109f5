#pragma once

#include <optional>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/member.hpp"
#include "gossip/core/shuffled_round.hpp"

namespace weft::gossip {

// Whom to probe next. Two orders in turn:
//
// * All in a random order: whatever becomes of others, each member is probed by somebody.
// * The next one on a ring that all agents order alike, by a hash of the names. Each member has one
//   agent that looks at it in every interval, so a crash is seen within one, where random choice
//   alone leaves a member unobserved for three intervals in one case of twenty.
class ProbeSchedule {
public:
    // Both outlive it.
    ProbeSchedule(const MemberTable& table, MemberId self, Rng& rng)
        : table_(table), self_(self), round_(table, rng) {}

    // A member came.
    void add(MemberId id) { round_.add(id); }

    // nullopt: there is no other.
    std::optional<MemberId> next();

    // The next alive one on the ring, and any suspects before it, whom somebody has to look at,
    // too: nearest first, few. Empty: there is no other.
    std::vector<MemberId> successors() const;

    // The alive ones that follow that one on the ring up to the first agent of weft, few.
    std::vector<MemberId> up_to_weft(MemberId from) const;

private:
    template <class Wanted>
    std::vector<MemberId> nearest(std::uint64_t after, std::size_t count, Wanted wanted) const;

    bool is_probed(MemberId id, const Member& member) const {
        return id != self_ && !is_gone(member.state);
    }

    const MemberTable& table_;
    MemberId self_;
    ShuffledRound round_;
};

}  // namespace weft::gossip
