#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/base/time.hpp"

namespace weft::agent {

// When the members are copied for readers on another thread: the first change at once, what changes
// meanwhile together after a pause, and nothing while the last copy is still on its way.
class PublicationPace {
public:
    // A copy takes some 2 microseconds a member: so it fills a sixth of its thread at most, however
    // large the ring is and however often somebody changes.
    static constexpr Duration kPauseOfMember = std::chrono::microseconds(10);

    // Something is other than what was published.
    void changed() { is_changed_ = true; }

    // From when on to publish, perhaps long ago; nullopt: there is nothing to, or not before
    // ended().
    std::optional<Instant> due() const {
        if (!is_changed_ || is_under_way_) return std::nullopt;
        return next_;
    }

    // So many members were copied, and are on their way.
    void begun(std::size_t members, Instant now) {
        is_changed_ = false;
        is_under_way_ = true;
        next_ = now + static_cast<std::int64_t>(members) * kPauseOfMember;
    }
    // The readers have them.
    void ended() { is_under_way_ = false; }

private:
    Instant next_{};
    bool is_changed_ = false;
    bool is_under_way_ = false;
};

}  // namespace weft::agent
