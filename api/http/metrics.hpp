#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "api/http/refusal.hpp"

namespace weft::api {

// The requests of one route and method, by the class of their status.
struct RequestCounters {
    std::array<prometheus::Counter*, 3> by_class{};  // 2xx and 3xx, 4xx, 5xx
    void count(int status) const;
};

// What the HTTP server counts. All series exist from the start; routes are added before the first
// request.
class HttpMetrics {
public:
    explicit HttpMetrics(prometheus::Registry& registry);

    RequestCounters request_counters(const std::string& route, const std::string& method);
    void refused(Refusal reason) { refusals_[static_cast<std::size_t>(reason)]->Increment(); }
    double refusals(Refusal reason) const {
        return refusals_[static_cast<std::size_t>(reason)]->Value();
    }

    RequestCounters unmatched;  // no route, or a method that it does not have
    prometheus::Histogram& seconds;
    prometheus::Counter& body_bytes;
    prometheus::Gauge& connections;
    prometheus::Gauge& waiting;
    prometheus::Counter& wakes_answered;
    prometheus::Counter& wakes_unchanged;
    prometheus::Counter& cache_hits;
    prometheus::Counter& cache_misses;
    prometheus::Gauge& cache_bytes;
    prometheus::Counter& stream_lines_dropped;

private:
    prometheus::Family<prometheus::Counter>& requests_;
    std::array<prometheus::Counter*, static_cast<std::size_t>(Refusal::kCount)> refusals_{};
};

}  // namespace weft::api
