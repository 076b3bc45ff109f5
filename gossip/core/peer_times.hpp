#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <optional>

#include "agent/base/time.hpp"
#include "gossip/core/member.hpp"
#include "gossip/wire/coordinate.hpp"

namespace weft::gossip {

// How long answers of members take, from their direct acks, so that a missing one is noticed after
// a small multiple of that instead of a fixed half second. Smoothed mean and deviation as TCP's
// retransmission timer has them (RFC 6298).
class PeerTimes {
public:
    // limits of answer_within().
    PeerTimes(Duration min, Duration max) : min_(min), max_(max) {}

    void observe(MemberId id, Duration rtt);
    void keep_coordinate(MemberId id, const Coordinate& coordinate);
    void forget(MemberId id) { peers_.erase(id); }

    // After that long an answer is late. Of an unknown member: by what all others take; at the
    // start, the maximum.
    Duration answer_within(MemberId id) const;

    // As of its last ack.
    std::optional<Coordinate> coordinate(MemberId id) const;

private:
    class Smoothed {
    public:
        void observe(Duration rtt);
        bool is_known() const { return samples_ > 0; }
        std::size_t samples() const { return samples_; }
        Duration late_after() const { return mean_ + 4 * deviation_; }

    private:
        Duration mean_{};
        Duration deviation_{};
        std::uint32_t samples_ = 0;
    };
    struct Peer {
        Smoothed times;
        std::optional<Coordinate> coordinate;
    };

    Duration min_;
    Duration max_;
    Smoothed all_;
    boost::unordered_flat_map<MemberId, Peer, std::hash<MemberId>> peers_;
};

}  // namespace weft::gossip
