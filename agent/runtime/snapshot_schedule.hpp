#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/base/time.hpp"
#include "gossip/core/node.hpp"

namespace weft::agent {

// Between two copies of all members: in a large ring so long that a second costs as much as in one
// of a thousand.
inline Duration pause_for_members(std::size_t members) {
    return static_cast<std::int64_t>(members) * std::chrono::milliseconds(1);
}

// When the members are to be kept for a restart: when something changed, soon, and in large rings
// less often. Asking costs nothing that grows with the ring.
class SnapshotSchedule {
public:
    // What the snapshot would tell, in short. Two that are equal would be the same file.
    struct State {
        std::uint64_t members = 0;  // Node::member_changes()
        gossip::Node::Clocks clocks;
        std::uint32_t incarnation = 0;
        bool left = false;

        friend bool operator==(const State&, const State&) = default;
    };

    bool is_due(const State& state, Instant now) const {
        if (kept_ == state) return false;
        // That it left is not to be lost: nothing comes after it.
        return now >= next_ || (state.left && !has_failed_);
    }
    void kept(const State& state, std::size_t members, Instant now) {
        kept_ = state;
        gap_ = std::max<Duration>(kGapMin, pause_for_members(members));
        next_ = now + gap_;
        has_failed_ = false;
    }
    // What was kept last is on disk: one that is slow has its pause, too.
    void written(Instant now) { next_ = now + gap_; }
    // ... or is not.
    void failed(Instant now) {
        kept_.reset();
        next_ = now + kRetry;
        has_failed_ = true;
    }

private:
    static constexpr Duration kGapMin = std::chrono::milliseconds(500);
    static constexpr Duration kRetry = std::chrono::seconds(10);

    std::optional<State> kept_;
    Instant next_ = Instant::min();
    Duration gap_{};
    bool has_failed_ = false;
};

}  // namespace weft::agent
