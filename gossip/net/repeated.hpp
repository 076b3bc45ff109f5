#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include "agent/base/time.hpp"

namespace weft::gossip {

// A line of a log that peers can cause as often as they like: so many in 30 seconds, and how many
// were left out is said with the next one.
class Repeated {
public:
    static constexpr Duration kInterval = std::chrono::seconds(30);

    explicit Repeated(std::size_t lines = 1) : lines_(lines) {}

    // How often it happened since the last line, this time included; 0: no line is due.
    std::size_t due(Instant now) {
        ++unreported_;
        if (now >= next_) {
            next_ = now + kInterval;
            left_ = lines_;
        }
        if (left_ == 0) return 0;
        --left_;
        return std::exchange(unreported_, 0);
    }

private:
    std::size_t lines_;
    std::size_t left_ = 0;
    Instant next_ = Instant::min();
    std::size_t unreported_ = 0;
};

}  // namespace weft::gossip
