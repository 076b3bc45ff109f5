#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace weft::agent {

// All series of agent/catalog/store; they exist from the start. Made once a registry.
struct CatalogStoreMetrics {
    explicit CatalogStoreMetrics(prometheus::Registry& registry);

    prometheus::Counter& rounds;
    prometheus::Counter& failures;
    prometheus::Counter& records;
    prometheus::Histogram& round_seconds;
    prometheus::Gauge& covered_index;
    prometheus::Gauge& pending_bytes;
};

}  // namespace weft::agent
