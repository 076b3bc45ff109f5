#pragma once

#include <algorithm>

#include "agent/base/time.hpp"

namespace weft::gossip {

// How sick this agent itself may be (Lifeguard's local health multiplier): a node that misses
// answers has first to doubt itself. The score stretches its probe interval, and with that the time
// that it gives others to answer.
class Awareness {
public:
    // The score stays below this: memberlist's default is 8.
    explicit Awareness(int multiplier_max) : score_max_(multiplier_max - 1) {}

    // A probe that was answered.
    void succeeded() { change(-1); }
    // One that was not; expected and received: nacks of those who were asked to help. Missing ones
    // tell that it is us; without any expected there is no such evidence, and one point.
    void failed(int nacks_expected, int nacks_received) {
        change(nacks_expected > 0 ? nacks_expected - nacks_received : 1);
    }
    // Somebody held us dead, and we had to say that we live.
    void refuted() { change(1); }

    int score() const { return score_; }  // 0: healthy
    Duration stretched(Duration interval) const { return interval * (score_ + 1); }

private:
    void change(int by) { score_ = std::clamp(score_ + by, 0, score_max_); }

    int score_max_;
    int score_ = 0;
};

}  // namespace weft::gossip
