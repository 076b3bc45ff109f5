#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gossip/core/counters.hpp"
#include "gossip/core/node.hpp"
#include "gossip/net/net_counters.hpp"

namespace weft::gossip {

// All series of gossip; they exist from the start. Nothing is counted here: whoever has a ring
// copies what it counted, now and then, so that a ring itself has no part of this library.
class RingMetrics {
public:
    explicit RingMetrics(prometheus::Registry& registry);

    struct State {
        int health_score = 0;
        std::size_t suspects = 0;
        std::size_t broadcasts_waiting = 0;
    };
    // On the ring's executor. Counts since the last time are added.
    void update(const Counters& node, const NetCounters& net, const State& state);
    // Who is in the ring now, this agent included.
    void update(std::span<const MemberView> members);

private:
    class Series {
    public:
        explicit Series(prometheus::Counter& counter) : counter_(&counter) {}
        void set(std::uint64_t value) {
            counter_->Increment(static_cast<double>(value - seen_));
            seen_ = value;
        }

    private:
        prometheus::Counter* counter_;
        std::uint64_t seen_ = 0;
    };

    std::vector<Series> node_;
    std::vector<Series> net_;
    std::vector<Series> datagrams_refused_;  // by WireErrc
    std::vector<Series> streams_refused_;
    std::vector<Series> dials_failed_;         // by DialFailure
    std::vector<Series> messages_unreadable_;  // by WireErrc
    std::vector<Series> messages_refused_;     // by Refusal
    prometheus::Counter& late_seconds_;
    prometheus::Gauge& late_seconds_max_;
    prometheus::Gauge& health_score_;
    prometheus::Gauge& suspects_;
    prometheus::Gauge& broadcasts_waiting_;
    std::vector<prometheus::Gauge*> members_;  // by kShownStatuses
    Duration late_seen_{};
};

}  // namespace weft::gossip
