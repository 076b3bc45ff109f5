#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "agent/base/time.hpp"
#include "gossip/core/output.hpp"
#include "gossip/core/reason_counts.hpp"

namespace weft::gossip {

// What happened on the sockets since the start. Written on the ring's executor, to be read there.
struct NetCounters {
    // ---- datagrams
    std::uint64_t datagrams_received = 0;
    std::uint64_t datagram_bytes_received = 0;
    std::uint64_t datagrams_sent = 0;
    std::uint64_t datagram_bytes_sent = 0;
    std::uint64_t datagrams_lost = 0;     // by the kernel: we were slow, its buffer was full
    std::uint64_t datagrams_limited = 0;  // their source sends too many
    std::uint64_t datagrams_address_limited = 0;  // its address does, on all of its ports
    std::uint64_t datagrams_unsent = 0;           // the kernel did not take them
    ReasonCounts datagrams_refused;
    std::uint64_t parts_refused = 0;      // of datagrams that were fine otherwise
    std::uint64_t ports_unreachable = 0;  // by ICMP: nobody listens where we sent
    std::uint64_t hosts_unreachable = 0;  // by ICMP: anything else

    // ---- streams of others
    std::uint64_t streams_accepted = 0;
    std::uint64_t streams_over_limit = 0;
    std::uint64_t streams_over_source_limit = 0;
    std::uint64_t streams_over_rate = 0;  // their address opens too many
    std::uint64_t streams_over_bytes_limit = 0;
    std::uint64_t streams_timed_out = 0;
    std::uint64_t streams_broken = 0;  // closed by the peer before the end
    ReasonCounts streams_refused;
    std::uint64_t accept_errors = 0;  // mostly: no descriptors are left

    // ---- own streams
    std::uint64_t dials = 0;
    std::uint64_t dials_opened = 0;
    std::uint64_t dials_answered = 0;
    std::array<std::uint64_t, 5> dials_failed{};  // by DialFailure

    std::uint64_t stream_bytes_received = 0;
    std::uint64_t stream_bytes_sent = 0;

    // ---- lateness: how long after its deadline a tick came
    std::uint64_t ticks = 0;
    Duration late_total{};
    Duration late_max{};
};

}  // namespace weft::gossip
