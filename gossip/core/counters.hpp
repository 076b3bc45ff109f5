#pragma once

#include <cstdint>

#include "gossip/core/reason_counts.hpp"
#include "gossip/core/refusal.hpp"

namespace weft::gossip {

// What happened since the start; for metrics.
struct Counters {
    std::uint64_t probes = 0;
    std::uint64_t probes_answered = 0;  // by a direct ack
    std::uint64_t probes_answered_indirect = 0;
    std::uint64_t probes_answered_stream = 0;  // only: UDP did not get through
    std::uint64_t probes_failed = 0;
    std::uint64_t suspicions = 0;
    std::uint64_t refutations = 0;           // times that this agent had to say that it lives
    std::uint64_t declared_dead = 0;         // by this agent itself
    std::uint64_t accusers_discredited = 0;  // they accused too many that live
    std::uint64_t late_ticks = 0;            // it ran so late that it doubted what it had not heard
    std::uint64_t messages_received = 0;
    ReasonCounts messages_unreadable;
    RefusalCounts messages_refused;       // readable; of a view of the ring, each entry
    std::uint64_t broadcasts_sent = 0;    // transmissions
    std::uint64_t broadcasts_pruned = 0;  // unsent: too many, or too large for a packet
    std::uint64_t leaps_refused = 0;      // said a Lamport time that cannot be
    std::uint64_t conflicts = 0;          // two agents of one name, each time it was heard of
    std::uint64_t merges = 0;
    std::uint64_t merges_refused = 0;
    std::uint64_t events_received = 0;       // new ones
    std::uint64_t events_dropped_early = 0;  // kept for newcomers no more: too many bytes
    std::uint64_t queries_received = 0;
    std::uint64_t coordinate_resets = 0;
};

}  // namespace weft::gossip
