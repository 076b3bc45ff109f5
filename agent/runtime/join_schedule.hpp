#pragma once

#include <cstddef>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/endpoint.hpp"

namespace weft::agent {

// Whom of the last life an agent asks next, and how long it waits between two tries. Goes on for
// ever, a few at a time, since the network may be down when the agent comes up, and comes back.
class JoinSchedule {
public:
    static constexpr std::size_t kAtOnce = 8;
    // A ring that starts as a whole is together within a blink; one that is away is not hammered.
    static constexpr Duration kFirstPause = std::chrono::milliseconds(100);

    // Asks in an order of its own, so that those who all restart do not all ask the same.
    JoinSchedule(std::vector<gossip::Endpoint> known, Duration pause_max, Rng rng);

    // Those to ask in a try: different ones, and each again only after all others.
    std::vector<gossip::Endpoint> next();
    // After that try.
    Duration pause();
    // The next pauses are short again.
    void begin_again();

    bool is_empty() const { return known_.empty(); }
    // Tries until each was asked once.
    std::size_t tries_in_round() const { return (known_.size() + kAtOnce - 1) / kAtOnce; }

private:
    std::vector<gossip::Endpoint> known_;
    std::size_t turn_ = 0;
    Duration pause_max_;
    Duration pause_{};
};

}  // namespace weft::agent
