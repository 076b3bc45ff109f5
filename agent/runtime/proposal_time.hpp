#pragma once

#include <algorithm>
#include <chrono>

#include "agent/base/time.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// The time that commands carry, by which lock delays run. It begins with the wall clock, or with
// the catalog's own time where that is later, and goes on with the steady clock: a wall clock that
// is set meanwhile cuts no delay short, and one that was far ahead for a while makes none endless.
class ProposalTime {
public:
    // seen: the latest time that the catalog knows.
    void start(WallTime wall, UnixMillis seen, Instant now) {
        base_ = std::max(UnixMillis(wall.unix_ns / 1'000'000), seen);
        started_ = now;
    }

    // Not before start().
    UnixMillis at(Instant now) const {
        const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
        return UnixMillis(base_.get() + since.count());
    }

private:
    UnixMillis base_{};
    Instant started_{};
};

}  // namespace weft::agent
