#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include "agent/base/time.hpp"

namespace weft::agent {

// When to log a failure that repeats: the first at once, further ones as a number now and then, and
// the end of them once. Keeps no timer.
class FailureLines {
public:
    static constexpr Duration kInterval = std::chrono::seconds(30);

    // How many failures a line is due for, this one included; 0 when none is due.
    std::size_t failed(Instant now) {
        ++unreported_;
        if (now < next_line_) return 0;
        next_line_ = now + kInterval;
        line_logged_ = true;
        return std::exchange(unreported_, 0);
    }

    // Nothing fails any more. True when that is worth a line, since failures were logged.
    bool ended() {
        unreported_ = 0;
        return std::exchange(line_logged_, false);
    }

private:
    std::size_t unreported_ = 0;
    Instant next_line_ = Instant::min();
    bool line_logged_ = false;
};

}  // namespace weft::agent
