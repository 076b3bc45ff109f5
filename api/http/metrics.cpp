#include "api/http/metrics.hpp"

namespace weft::api {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Registry;

prometheus::Counter& counter(Registry& registry, const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(Registry& registry, const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Family<prometheus::Counter>& wakes(Registry& registry) {
    return BuildCounter()
        .Name("weft_http_wakes_total")
        .Help("Times that a blocking query was looked at since what it watches changed, by outcome")
        .Register(registry);
}

prometheus::Family<prometheus::Counter>& cache(Registry& registry) {
    return BuildCounter()
        .Name("weft_http_answer_cache_total")
        .Help("Catalog reads by whether their rendered answer was at hand")
        .Register(registry);
}

constexpr std::array<const char*, static_cast<std::size_t>(Refusal::kCount)> kRefusals{
    "client_connections",
    "connections",
    "descriptors",
    "waiters",
    "streams",
    "snapshots",
    "body",
    "header",
    "answer",
    "malformed",
    "timeout"};

}  // namespace

void RequestCounters::count(int status) const {
    by_class[status >= 500 ? 2 : status >= 400 ? 1 : 0]->Increment();
}

HttpMetrics::HttpMetrics(Registry& registry)
    : seconds(BuildHistogram()
                  .Name("weft_http_request_seconds")
                  .Help("Time from a whole request to its answer, time spent blocking left out")
                  .Register(registry)
                  .Add({}, std::vector<double>{0.0001, 0.001, 0.01, 0.1, 1})),
      body_bytes(counter(registry, "weft_http_body_bytes_total", "Bytes of bodies sent")),
      connections(gauge(registry, "weft_http_connections", "Open connections")),
      waiting(gauge(registry, "weft_http_waiting_queries", "Blocking queries that are waiting")),
      wakes_answered(wakes(registry).Add({{"outcome", "answered"}})),
      wakes_unchanged(wakes(registry).Add({{"outcome", "unchanged"}})),
      cache_hits(cache(registry).Add({{"outcome", "hit"}})),
      cache_misses(cache(registry).Add({{"outcome", "miss"}})),
      cache_bytes(gauge(registry, "weft_http_answer_cache_bytes", "Size of the rendered answers")),
      stream_lines_dropped(counter(registry, "weft_http_stream_lines_dropped_total",
                                   "Lines that a client of agent/monitor was too slow for")),
      requests_(BuildCounter()
                    .Name("weft_http_requests_total")
                    .Help("Requests answered, by route, method and class of status")
                    .Register(registry)) {
    unmatched = request_counters("none", "none");
    auto& refusals = BuildCounter()
                         .Name("weft_http_refused_total")
                         .Help("Connections and requests turned away at a limit, by reason")
                         .Register(registry);
    for (std::size_t i = 0; i < refusals_.size(); ++i) {
        refusals_[i] = &refusals.Add({{"reason", kRefusals[i]}});
    }
}

RequestCounters HttpMetrics::request_counters(const std::string& route, const std::string& method) {
    RequestCounters counters;
    constexpr std::array<const char*, 3> kClasses{"2xx", "4xx", "5xx"};
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
        counters.by_class[i] =
            &requests_.Add({{"route", route}, {"method", method}, {"code", kClasses[i]}});
    }
    return counters;
}

}  // namespace weft::api
