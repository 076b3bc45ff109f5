#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// All of agent/health's metrics; every series exists from the start.
class HealthMetrics {
public:
    explicit HealthMetrics(prometheus::Registry& registry);

    void count_run(std::string_view kind, Status result, Duration took);

    prometheus::Gauge& services;
    prometheus::Gauge& checks_passing;
    prometheus::Gauge& checks_warning;
    prometheus::Gauge& checks_critical;
    prometheus::Gauge& runs_under_way;
    prometheus::Gauge& runs_waiting;
    prometheus::Counter& timeouts;
    prometheus::Counter& transitions_passing;
    prometheus::Counter& transitions_warning;
    prometheus::Counter& transitions_critical;
    prometheus::Counter& ttl_expiries;
    prometheus::Counter& reaped_services;
    prometheus::Counter& refused_registrations;
    prometheus::Counter& sync_writes_done;
    prometheus::Counter& sync_writes_failed;
    prometheus::Gauge& sync_rows_pending;
    prometheus::Gauge& records_unkept;
    prometheus::Counter& full_syncs;

private:
    std::map<std::string, prometheus::Counter*, std::less<>> runs_;  // by "kind status"
    std::map<std::string, prometheus::Histogram*, std::less<>> seconds_;
};

}  // namespace weft::agent
