#include "agent/catalog/store/metrics.hpp"

namespace weft::agent {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& seconds(prometheus::Registry& registry) {
    const prometheus::Histogram::BucketBoundaries bounds = {0.002, 0.005, 0.01, 0.02, 0.05,
                                                            0.1,   0.2,   0.5,  1,    5};
    return prometheus::BuildHistogram()
        .Name("weft_catalog_store_round_seconds")
        .Help("Time that one checkpoint round took on disk")
        .Register(registry)
        .Add({}, bounds);
}

}  // namespace

CatalogStoreMetrics::CatalogStoreMetrics(prometheus::Registry& registry)
    : rounds(counter(registry, "weft_catalog_store_rounds_total", "Completed checkpoint rounds")),
      failures(counter(registry, "weft_catalog_store_failures_total", "Failed checkpoint rounds")),
      records(counter(registry, "weft_catalog_store_records_total",
                      "Records written by checkpoint rounds")),
      round_seconds(seconds(registry)),
      covered_index(gauge(registry, "weft_catalog_store_covered_index",
                          "Log index that the checkpoint covers")),
      pending_bytes(gauge(registry, "weft_catalog_store_pending_bytes",
                          "Bytes of commands that no round has taken yet")) {}

}  // namespace weft::agent
