#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace weft::gossip {

// Orders what happens to one thing in a ring without a common time (Lamport 1978; protocols:
// Lamport clocks).
class LamportClock {
public:
    // Of others beyond ours by more than this nothing is believed: one message could use the clock
    // of the whole ring up.
    static constexpr std::uint64_t kLeapMax = std::uint64_t{1} << 32;

    std::uint64_t time() const { return time_; }

    // For something that happens here: its time.
    std::uint64_t tick() { return time_++; }

    // To what it was in an earlier life, however far that is.
    void restore(std::uint64_t time) { time_ = std::max(time_, time); }

    // False for a time that cannot be: the message must be dropped.
    bool witness(std::uint64_t seen) {
        if (seen >= time_ + kLeapMax) return false;
        if (seen >= time_) time_ = seen + 1;
        return true;
    }

private:
    std::uint64_t time_ = 1;
};

}  // namespace weft::gossip
