#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "agent/base/time.hpp"

namespace weft::sim {

// Whether a process runs, and when it does not.
class Process {
public:
    enum class State : std::uint8_t {
        Running,
        Paused,    // SIGSTOP: its host completes handshakes for it, and keeps what arrives
        Dead,      // its host refuses what is for it
        HostGone,  // nobody answers
    };

    State state() const { return state_; }
    bool is_alive() const { return state_ == State::Running || state_ == State::Paused; }
    bool is_slow() const { return period_ > Duration::zero(); }

    void set_state(State state) { state_ = state; }
    // From now on it only runs for run of each period; both zero: always.
    void set_share(Duration run, Duration period) {
        run_ = run;
        period_ = period;
    }

    // When it gets to what arrives at that time, if it is not stopped: then and there, or at the
    // begin of its next slice.
    Instant next_run(Instant at) const {
        if (!is_slow()) return at;
        const Duration since = at.time_since_epoch() % period_;
        return since < run_ ? at : at + (period_ - since);
    }

    // The one after that, and how many inputs of that cost it has room for, at least one.
    Instant next_slice(Instant at) const {
        if (!is_slow()) return at;
        return at + (period_ - at.time_since_epoch() % period_);
    }
    std::size_t inputs_of_slice(Duration cost) const {
        return static_cast<std::size_t>(std::max<Duration::rep>(run_ / cost, 1));
    }

private:
    State state_ = State::Running;
    Duration run_{};
    Duration period_{};
};

}  // namespace weft::sim
