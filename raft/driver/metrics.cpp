#include "raft/driver/metrics.hpp"

namespace weft::raft {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const prometheus::Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

constexpr const char* kRefused = "weft_raft_driver_refused_total";
constexpr const char* kRefusedHelp = "Proposals that were refused, by reason";

}  // namespace

DriverMetrics::DriverMetrics(prometheus::Registry& registry)
    : proposals(counter(registry, "weft_raft_driver_proposals_total", "Proposals taken")),
      refused_large(counter(registry, kRefused, kRefusedHelp, {{"reason", "large"}})),
      refused_full(counter(registry, kRefused, kRefusedHelp, {{"reason", "full"}})),
      refused_failed(counter(registry, kRefused, kRefusedHelp, {{"reason", "failed"}})),
      appends(counter(registry, "weft_raft_driver_appends_total", "Synced writes of the log")),
      compaction_failures(counter(registry, "weft_raft_driver_compaction_failures_total",
                                  "Compactions of the log that failed")),
      batch_proposals(histogram(registry, "weft_raft_driver_batch_proposals",
                                "Proposals that became durable in one synced write",
                                {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})),
      sync_seconds(histogram(
          registry, "weft_raft_driver_sync_seconds", "Time of one synced write of the log",
          {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5})),
      slow_apply_turns(counter(registry, "weft_raft_driver_slow_apply_turns_total",
                               "Turns on the control thread in which applying entries took longer "
                               "than its share")),
      queue_proposals(gauge(registry, "weft_raft_driver_queue_proposals",
                            "Proposals that are not applied yet")),
      queue_bytes(gauge(registry, "weft_raft_driver_queue_bytes",
                        "Bytes of proposals that are not applied yet")),
      log_bytes(gauge(registry, "weft_raft_driver_log_bytes",
                      "Bytes of the entries that the log holds, as of the last checkpoint")),
      log_entries(gauge(registry, "weft_raft_driver_log_entries",
                        "Entries that the log holds, as of the last checkpoint")),
      term(gauge(registry, "weft_raft_driver_term", "Current term")),
      committed_index(gauge(registry, "weft_raft_driver_committed_index", "Last committed entry")),
      applied_index(gauge(registry, "weft_raft_driver_applied_index", "Last applied entry")) {}

}  // namespace weft::raft
