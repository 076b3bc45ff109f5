#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace weft::agent {

// What the keeper of sessions counts. The registry outlives it.
struct SessionMetrics {
    explicit SessionMetrics(prometheus::Registry& registry)
        : ttls(prometheus::BuildGauge()
                   .Name("weft_runtime_session_ttls")
                   .Help("Sessions with a TTL")
                   .Register(registry)
                   .Add({})),
          renewals(prometheus::BuildCounter()
                       .Name("weft_runtime_session_renewals_total")
                       .Help("Renewals of sessions")
                       .Register(registry)
                       .Add({})),
          expired(prometheus::BuildCounter()
                      .Name("weft_runtime_sessions_expired_total")
                      .Help("Sessions ended since their TTL had passed")
                      .Register(registry)
                      .Add({})) {}

    prometheus::Gauge& ttls;
    prometheus::Counter& renewals;
    prometheus::Counter& expired;
};

}  // namespace weft::agent
