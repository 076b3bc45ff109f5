#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace weft::raft {

// All series of raft/driver; they exist from the start. Made once a registry.
struct DriverMetrics {
    explicit DriverMetrics(prometheus::Registry& registry);

    prometheus::Counter& proposals;
    prometheus::Counter& refused_large;
    prometheus::Counter& refused_full;
    prometheus::Counter& refused_failed;
    prometheus::Counter& appends;
    prometheus::Counter& compaction_failures;
    prometheus::Histogram& batch_proposals;
    prometheus::Histogram& sync_seconds;
    prometheus::Counter& slow_apply_turns;
    prometheus::Gauge& queue_proposals;
    prometheus::Gauge& queue_bytes;
    prometheus::Gauge& log_bytes;
    prometheus::Gauge& log_entries;
    prometheus::Gauge& term;
    prometheus::Gauge& committed_index;
    prometheus::Gauge& applied_index;
};

}  // namespace weft::raft
