#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/member.hpp"

namespace weft::gossip {

// All members in turn, in a random order that is shuffled anew for each round: nobody is left out
// for long, as happens to some where each is drawn for itself (SWIM, section 4.3).
class ShuffledRound {
public:
    // Both outlive it.
    ShuffledRound(const MemberTable& table, Rng& rng) : table_(table), rng_(rng) {}

    // A member came. It takes a random place among those whose turn is still to come.
    void add(MemberId id) {
        if (order_.size() > 2 * table_.size()) return begin();  // who came back is in it twice
        order_.push_back(id);
        std::swap(order_[turn_ + rng_.below(order_.size() - turn_)], order_.back());
    }

    // The next one that wanted(MemberId, const Member&) accepts; nullopt: nobody in a whole round.
    template <class Wanted>
    std::optional<MemberId> next(Wanted&& wanted) {
        for (int rounds = 0; rounds < 2; ++rounds) {
            while (turn_ < order_.size()) {
                const MemberId id = order_[turn_++];
                if (table_.contains(id) && wanted(id, table_[id])) return id;
            }
            begin();
        }
        return std::nullopt;
    }

private:
    void begin() {
        turn_ = 0;
        order_.clear();
        order_.reserve(table_.size());
        table_.for_each([&](MemberId id, const Member&) { order_.push_back(id); });
        rng_.shuffle(order_);
    }

    const MemberTable& table_;
    Rng& rng_;
    std::vector<MemberId> order_;  // some may be gone since
    std::size_t turn_ = 0;
};

}  // namespace weft::gossip
