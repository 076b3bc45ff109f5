#include "agent/health/metrics.hpp"

#include <array>
#include <chrono>

namespace weft::agent {

namespace {

constexpr std::array<std::string_view, 6> kKinds = {"script", "http", "tcp",
                                                    "udp",    "grpc", "h2ping"};
constexpr std::array<Status, 3> kStatuses = {Status::Passing, Status::Warning, Status::Critical};

// The families of a name are made once and shared by the labels.
prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const prometheus::Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const prometheus::Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Labels status_label(Status status) {
    return {{"status", std::string(to_string(status))}};
}

constexpr const char* kChecksName = "weft_health_checks";
constexpr const char* kChecksHelp = "Checks registered with this agent, by status";
constexpr const char* kTransitionsName = "weft_health_check_transitions_total";
constexpr const char* kTransitionsHelp = "Changes of a check's status, by new status";
constexpr const char* kWritesName = "weft_health_sync_writes_total";
constexpr const char* kWritesHelp = "Writes of local registrations to the catalog, by result";

}  // namespace

HealthMetrics::HealthMetrics(prometheus::Registry& registry)
    : services(gauge(registry, "weft_health_services", "Services registered with this agent")),
      checks_passing(gauge(registry, kChecksName, kChecksHelp, status_label(Status::Passing))),
      checks_warning(gauge(registry, kChecksName, kChecksHelp, status_label(Status::Warning))),
      checks_critical(gauge(registry, kChecksName, kChecksHelp, status_label(Status::Critical))),
      runs_under_way(gauge(registry, "weft_health_check_runs_under_way", "Checks that run now")),
      runs_waiting(gauge(registry, "weft_health_check_runs_waiting",
                         "Checks that are due and wait for a place")),
      timeouts(counter(registry, "weft_health_check_timeouts_total",
                       "Runs that took longer than their timeout")),
      transitions_passing(
          counter(registry, kTransitionsName, kTransitionsHelp, status_label(Status::Passing))),
      transitions_warning(
          counter(registry, kTransitionsName, kTransitionsHelp, status_label(Status::Warning))),
      transitions_critical(
          counter(registry, kTransitionsName, kTransitionsHelp, status_label(Status::Critical))),
      ttl_expiries(counter(registry, "weft_health_ttl_expiries_total",
                           "Times that a TTL check was not renewed in time")),
      reaped_services(counter(registry, "weft_health_reaped_services_total",
                              "Services deregistered because a check stayed critical")),
      refused_registrations(counter(registry, "weft_health_refused_registrations_total",
                                    "Registrations refused at a limit or a rule")),
      sync_writes_done(counter(registry, kWritesName, kWritesHelp, {{"result", "done"}})),
      sync_writes_failed(counter(registry, kWritesName, kWritesHelp, {{"result", "failed"}})),
      sync_rows_pending(gauge(registry, "weft_health_sync_rows_pending",
                              "Local rows that the catalog does not have")),
      records_unkept(gauge(registry, "weft_health_records_unkept",
                           "Records of local registrations that are not on disk yet")),
      full_syncs(counter(registry, "weft_health_full_syncs_total",
                         "Comparisons of everything with the catalog")) {
    auto& runs = prometheus::BuildCounter()
                     .Name("weft_health_check_runs_total")
                     .Help("Runs of checks, by kind and result")
                     .Register(registry);
    auto& seconds = prometheus::BuildHistogram()
                        .Name("weft_health_check_run_seconds")
                        .Help("Time that a run of a check took, by kind")
                        .Register(registry);
    const prometheus::Histogram::BucketBoundaries bounds = {0.001, 0.005, 0.025, 0.1, 0.5,
                                                            1,     2.5,   5,     10,  30};
    for (const auto kind : kKinds) {
        for (const auto status : kStatuses) {
            const std::string name(to_string(status));
            runs_[std::string(kind) + " " + name] =
                &runs.Add({{"kind", std::string(kind)}, {"status", name}});
        }
        seconds_[std::string(kind)] = &seconds.Add({{"kind", std::string(kind)}}, bounds);
    }
}

void HealthMetrics::count_run(std::string_view kind, Status result, Duration took) {
    const auto run = runs_.find(std::string(kind) + " " + std::string(to_string(result)));
    if (run != runs_.end()) run->second->Increment();
    const auto seconds = seconds_.find(kind);
    if (seconds != seconds_.end())
        seconds->second->Observe(std::chrono::duration<double>(took).count());
}

}  // namespace weft::agent
