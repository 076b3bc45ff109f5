#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace weft::gossip {

// Orders what happens to one thing in a ring without a common time (Lamport 1978; protocols:
// Lamport clocks).
//
// Serf believes any time. Here one message moves the clock by kLeapMax at most: no ring gets there
// honestly (a thousand events a second take seven weeks), and nobody can use the clock up.
class LamportClock {
public:
    static constexpr std::uint64_t kLeapMax = std::uint64_t{1} << 32;
    // It stops there. What is taken over may be half as far.
    static constexpr std::uint64_t kTimeMax = std::uint64_t{1} << 62;

    std::uint64_t time() const { return time_; }

    // For something that happens here: its time.
    std::uint64_t tick() { return time_++; }

    // To what it was in an earlier life, however far that is.
    void restore(std::uint64_t time) {
        if (time <= kTimeMax) time_ = std::max(time_, time);
    }

    // False for a time that cannot be: the message must be dropped.
    bool witness(std::uint64_t seen) {
        if (seen >= kTimeMax || seen >= time_ + kLeapMax) return false;
        time_ = std::max(time_, seen + 1);
        return true;
    }

    // Of the ring that this agent was told to join: however far that is, since a newcomer that
    // refused it would hear nothing of what happens there.
    bool take_over(std::uint64_t seen) {
        if (seen >= kTimeMax / 2) return false;
        time_ = std::max(time_, seen + 1);
        return true;
    }

private:
    std::uint64_t time_ = 1;
};

}  // namespace weft::gossip
