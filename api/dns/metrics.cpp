#include "api/dns/metrics.hpp"

#include <algorithm>
#include <string>

namespace weft::api {

namespace {

constexpr std::array<const char*, DnsMetrics::kTypes> kTypeNames = {
    "A", "AAAA", "SRV", "ANY", "TXT", "PTR", "SOA", "NS", "CNAME", "other"};
constexpr std::array<const char*, DnsMetrics::kRcodes> kRcodeNames = {
    "noerror", "formerr", "servfail", "nxdomain", "notimp", "refused", "badvers", "other"};

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5};

using Counters = prometheus::Family<prometheus::Counter>;

Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Gauge* gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

std::size_t DnsMetrics::type_index(RecordType type) {
    switch (type) {
        case RecordType::A:
            return 0;
        case RecordType::AAAA:
            return 1;
        case RecordType::SRV:
            return 2;
        case RecordType::ANY:
            return 3;
        case RecordType::TXT:
            return 4;
        case RecordType::PTR:
            return 5;
        case RecordType::SOA:
            return 6;
        case RecordType::NS:
            return 7;
        case RecordType::CNAME:
            return 8;
        default:
            return 9;
    }
}

std::size_t DnsMetrics::rcode_index(Rcode rcode) {
    if (rcode == Rcode::BadVers) return 6;
    return std::min<std::size_t>(static_cast<std::size_t>(rcode), 7);
}

DnsMetrics::DnsMetrics(prometheus::Registry& registry) {
    auto& by_kind = counters(registry, "weft_dns_queries_total",
                             "DNS queries answered, by question type and response code");
    for (std::size_t type = 0; type < kTypes; ++type)
        for (std::size_t rcode = 0; rcode < kRcodes; ++rcode)
            queries[type][rcode] =
                &by_kind.Add({{"type", kTypeNames[type]}, {"rcode", kRcodeNames[rcode]}});
    seconds = &prometheus::BuildHistogram()
                   .Name("weft_dns_query_seconds")
                   .Help("Time from reading a DNS query to handing its answer to the kernel")
                   .Register(registry)
                   .Add({}, kSeconds);
    truncated = &counters(registry, "weft_dns_truncated_total",
                          "Answers that left records out for lack of space")
                     .Add({});
    auto& cache =
        counters(registry, "weft_dns_cache_lookups_total",
                 "Answers for services from ready-made records (hit) or made anew (miss)");
    cache_hits = &cache.Add({{"result", "hit"}});
    cache_misses = &cache.Add({{"result", "miss"}});
    auto& dropped =
        counters(registry, "weft_dns_dropped_total", "Datagrams that got no answer, by reason");
    dropped_receive_buffer = &dropped.Add({{"reason", "receive_buffer_full"}});
    dropped_send = &dropped.Add({{"reason", "send_failed"}});
    dropped_no_query = &dropped.Add({{"reason", "no_query"}});

    auto& outcomes = counters(registry, "weft_dns_recursor_queries_total",
                              "Queries passed on to recursors, by final outcome");
    recursor_answered = &outcomes.Add({{"outcome", "answered"}});
    recursor_failed = &outcomes.Add({{"outcome", "failed"}});
    recursor_rejected = &outcomes.Add({{"outcome", "rejected"}});
    auto& problems = counters(registry, "weft_dns_recursor_problems_total",
                              "Attempts with one recursor that gave no usable answer, by reason");
    recursor_timeouts = &problems.Add({{"reason", "timeout"}});
    recursor_errors = &problems.Add({{"reason", "error"}});
    recursor_refusals = &problems.Add({{"reason", "rcode"}});
    recursor_bogus = &problems.Add({{"reason", "bogus"}});
    recursor_in_flight =
        gauge(registry, "weft_dns_recursor_in_flight", "Queries that wait for a recursor");

    connections = gauge(registry, "weft_dns_tcp_connections", "Open DNS connections over TCP");
    auto& rejected = counters(registry, "weft_dns_tcp_closed_total",
                              "DNS connections that weft closed, by reason");
    connections_over_limit = &rejected.Add({{"reason", "limit"}});
    connections_over_client_limit = &rejected.Add({{"reason", "client_limit"}});
    connections_timed_out = &rejected.Add({{"reason", "idle"}});
    accept_errors = &counters(registry, "weft_dns_tcp_accept_errors_total",
                              "Connections that could not be accepted, as when descriptors ran out")
                         .Add({});
}

DnsTally::DnsTally(DnsMetrics& metrics) : metrics_(metrics), buckets_(kSeconds.size() + 1, 0) {}

void DnsTally::answered(RecordType type, Rcode rcode, bool truncated) {
    ++queries_[DnsMetrics::type_index(type)][DnsMetrics::rcode_index(rcode)];
    if (truncated) ++truncated_;
}

void DnsTally::took(Duration duration, std::size_t count) {
    if (count == 0) return;
    const double each = std::chrono::duration<double>(duration).count();
    const auto bucket = std::lower_bound(kSeconds.begin(), kSeconds.end(), each) - kSeconds.begin();
    buckets_[static_cast<std::size_t>(bucket)] += static_cast<double>(count);
    seconds_ += each * static_cast<double>(count);
    timed_ = true;
}

void DnsTally::flush() {
    const auto hand_over = [](prometheus::Counter* counter, std::uint32_t& count) {
        if (count == 0) return;
        counter->Increment(count);
        count = 0;
    };
    for (std::size_t type = 0; type < DnsMetrics::kTypes; ++type)
        for (std::size_t rcode = 0; rcode < DnsMetrics::kRcodes; ++rcode)
            hand_over(metrics_.queries[type][rcode], queries_[type][rcode]);
    hand_over(metrics_.truncated, truncated_);
    hand_over(metrics_.cache_hits, hits_);
    hand_over(metrics_.cache_misses, misses_);
    if (!timed_) return;
    metrics_.seconds->ObserveMultiple(buckets_, seconds_);
    std::fill(buckets_.begin(), buckets_.end(), 0.0);
    seconds_ = 0;
    timed_ = false;
}

}  // namespace weft::api
