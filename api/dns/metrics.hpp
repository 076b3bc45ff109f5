#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstdint>
#include <vector>

#include "agent/base/time.hpp"
#include "api/dns/message.hpp"

namespace weft::api {

// All series of api/dns, present from the start. Shared by the workers: each adds up its own
// numbers in a DnsTally and hands them over once a batch.
class DnsMetrics {
public:
    explicit DnsMetrics(prometheus::Registry& registry);

    static constexpr std::size_t kTypes = 10;
    static constexpr std::size_t kRcodes = 8;
    static std::size_t type_index(RecordType type);
    static std::size_t rcode_index(Rcode rcode);

    std::array<std::array<prometheus::Counter*, kRcodes>, kTypes> queries{};
    prometheus::Histogram* seconds = nullptr;
    prometheus::Counter* truncated = nullptr;
    prometheus::Counter* cache_hits = nullptr;
    prometheus::Counter* cache_misses = nullptr;
    prometheus::Counter* dropped_receive_buffer = nullptr;  // by the kernel, before we saw them
    prometheus::Counter* dropped_send = nullptr;            // answers that the kernel did not take
    prometheus::Counter* dropped_no_query = nullptr;  // too short or responses: never answered

    prometheus::Counter* recursor_answered = nullptr;
    prometheus::Counter* recursor_failed = nullptr;    // no recursor answered: SERVFAIL
    prometheus::Counter* recursor_rejected = nullptr;  // too many in flight: SERVFAIL
    prometheus::Counter* recursor_timeouts = nullptr;
    prometheus::Counter* recursor_errors = nullptr;    // unreachable, or out of descriptors
    prometheus::Counter* recursor_refusals = nullptr;  // an rcode that makes us try the next
    prometheus::Counter* recursor_bogus = nullptr;     // packets that answer no question of ours
    prometheus::Gauge* recursor_in_flight = nullptr;

    prometheus::Gauge* connections = nullptr;
    prometheus::Counter* connections_over_limit = nullptr;
    prometheus::Counter* connections_over_client_limit = nullptr;
    prometheus::Counter* connections_timed_out = nullptr;
    prometheus::Counter* accept_errors = nullptr;
};

// The numbers of one worker since its last flush.
class DnsTally {
public:
    explicit DnsTally(DnsMetrics& metrics);

    void answered(RecordType type, Rcode rcode, bool truncated);
    void cache(bool hit) { ++(hit ? hits_ : misses_); }
    // count answers that each took that long.
    void took(Duration duration, std::size_t count);
    void flush();

private:
    DnsMetrics& metrics_;
    std::array<std::array<std::uint32_t, DnsMetrics::kRcodes>, DnsMetrics::kTypes> queries_{};
    std::uint32_t truncated_ = 0;
    std::uint32_t hits_ = 0;
    std::uint32_t misses_ = 0;
    std::vector<double> buckets_;
    double seconds_ = 0;
    bool timed_ = false;
};

}  // namespace weft::api
