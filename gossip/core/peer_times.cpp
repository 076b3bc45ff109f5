#include "gossip/core/peer_times.hpp"

#include <algorithm>

namespace weft::gossip {

namespace {

// So many answers of others say something about one that is not known.
constexpr std::size_t kSamplesEnough = 8;

}  // namespace

void PeerTimes::Smoothed::observe(Duration rtt) {
    if (samples_ == 0) {
        mean_ = rtt;
        deviation_ = rtt / 2;
    } else {
        const Duration error = rtt > mean_ ? rtt - mean_ : mean_ - rtt;
        deviation_ += (error - deviation_) / 4;
        mean_ += (rtt - mean_) / 8;
    }
    ++samples_;
}

void PeerTimes::observe(MemberId id, Duration rtt) {
    all_.observe(rtt);
    peers_[id].times.observe(rtt);
}

void PeerTimes::keep_coordinate(MemberId id, const Coordinate& coordinate) {
    peers_[id].coordinate = coordinate;
}

Duration PeerTimes::answer_within(MemberId id) const {
    const auto peer = peers_.find(id);
    const bool is_known = peer != peers_.end() && peer->second.times.is_known();
    if (!is_known && all_.samples() < kSamplesEnough) return max_;
    // Of all too: where the own machine is slow, so is the answer of one that was quick before.
    const Duration late =
        std::max(all_.late_after(), is_known ? peer->second.times.late_after() : Duration{});
    return std::clamp(4 * late, min_, max_);
}

std::optional<Coordinate> PeerTimes::coordinate(MemberId id) const {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? std::nullopt : peer->second.coordinate;
}

}  // namespace weft::gossip
