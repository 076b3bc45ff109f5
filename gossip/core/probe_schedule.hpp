#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/member.hpp"

namespace weft::gossip {

// Whom to probe next. Two orders in turn:
//
// * All in a random order, shuffled anew after each round (SWIM, section 4.3): whatever becomes of
//   others, each member is probed by somebody.
// * The next one on a ring that all agents order alike, by a hash of the names. Each member has one
//   agent that looks at it in every interval, so a crash is seen within one, where random choice
//   alone leaves a member unobserved for three intervals in one case of twenty.
class ProbeSchedule {
public:
    // Both outlive it.
    ProbeSchedule(const MemberTable& table, MemberId self, Rng& rng)
        : table_(table), self_(self), rng_(rng) {}

    // A member came. It takes a random place among those whose turn in this round is still to come.
    void add(MemberId id);

    // nullopt: the round is over; call begin_round() and ask again.
    std::optional<MemberId> next();
    void begin_round();

    // The next alive one on the ring, and any suspects before it, whom somebody has to look at,
    // too: nearest first, few. Empty: there is no other.
    std::vector<MemberId> successors() const;

private:
    bool is_probed(MemberId id) const {
        return id != self_ && table_.contains(id) && !is_gone(table_[id].state);
    }

    const MemberTable& table_;
    MemberId self_;
    Rng& rng_;
    std::vector<MemberId> order_;  // some may be gone since
    std::size_t turn_ = 0;
};

}  // namespace weft::gossip
