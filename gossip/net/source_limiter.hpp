#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>

#include "agent/base/time.hpp"
#include "gossip/core/endpoint.hpp"

namespace weft::gossip {

// Generous: a busy member of a large ring sends some hundred datagrams a second to one peer.
struct SourceLimits {
    std::uint32_t per_second = 2000;
    std::uint32_t burst = 4000;  // at once, after a silence
    // Sources that are told apart. Further ones, which only a flood of forged addresses has, share
    // what is due to one.
    std::size_t sources_max = 4096;
    // Of one address on all of its ports, so that many ports are not many shares.
    std::uint32_t address_per_second = 20'000;
    std::uint32_t address_burst = 40'000;

    SourceLimits of_an_address() const {
        SourceLimits limits = *this;
        limits.per_second = address_per_second;
        limits.burst = address_burst;
        return limits;
    }
};

// Which datagrams or streams are too many: a token bucket for each source. A source is an address
// and port, so that many agents of one host do not take from each other, or an address with port 0:
// all of its ports. Kept as the virtual scheduling form of the
// generic cell rate algorithm (ITU-T I.371): one instant a source.
//
// Forgets who has been silent for long enough to have the whole burst again, since a newcomer has
// it too. Keeps no timer.
class SourceLimiter {
public:
    // per_second and burst are at least 1. seed: so that nobody can choose addresses that collide.
    SourceLimiter(const SourceLimits& limits, std::uint64_t seed);

    // False: drop it. Time does not go back.
    bool admit(const Endpoint& source, Instant now);
    // What was admitted counts as so many more; later ones pay where the burst is used up.
    void charge(const Endpoint& source, std::uint32_t more, Instant now);

    std::size_t size() const { return full_at_.size(); }

private:
    struct Hash {
        using is_avalanching = void;
        std::uint64_t seed;
        std::size_t operator()(const Endpoint& endpoint) const;
    };

    bool take(Instant& full_at, Instant now) const;
    void sweep(Instant now);

    SourceLimits limits_;
    Duration interval_;   // between datagrams at the full rate
    Duration tolerance_;  // how far the burst may run ahead
    boost::unordered_flat_map<Endpoint, Instant, Hash> full_at_;  // when the bucket will be full
    Instant others_full_at_ = Instant::min();
    std::size_t sweep_at_;
    Instant next_sweep_ = Instant::min();
};

}  // namespace weft::gossip
