#include "agent/runtime/join_schedule.hpp"

#include <algorithm>
#include <utility>

namespace weft::agent {

JoinSchedule::JoinSchedule(std::vector<gossip::Endpoint> known, Duration pause_max, Rng rng)
    : known_(std::move(known)), pause_max_(pause_max) {
    rng.shuffle(known_);
    begin_again();
}

std::vector<gossip::Endpoint> JoinSchedule::next() {
    std::vector<gossip::Endpoint> some;
    const std::size_t count = std::min(kAtOnce, known_.size());
    for (std::size_t i = 0; i < count; ++i) {
        some.push_back(known_[turn_]);
        turn_ = (turn_ + 1) % known_.size();
    }
    return some;
}

Duration JoinSchedule::pause() {
    return std::exchange(pause_, std::min(pause_ * 2, pause_max_));
}

void JoinSchedule::begin_again() {
    pause_ = std::min(kFirstPause, pause_max_);
}

}  // namespace weft::agent
