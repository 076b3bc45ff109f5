#include "agent/runtime/telemetry.hpp"

#include <fmt/chrono.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <cmath>

#include "agent/base/json_writer.hpp"
#include "agent/io/clock.hpp"
#include "agent/runtime/metric_names.hpp"
#include "agent/runtime/process_facts.hpp"

namespace weft::agent {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily gauge(const char* name, const char* help, double value,
                   std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.gauge.value = value;
    metric.label = std::move(labels);
    return {name, help, MetricType::Gauge, {metric}};
}

MetricFamily counter(const char* name, const char* help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    return {name, help, MetricType::Counter, {metric}};
}

// The names that Prometheus' own client libraries give to these facts.
class ProcessCollector final : public prometheus::Collectable {
public:
    explicit ProcessCollector(std::string version)
        : version_(std::move(version)), started_(static_cast<double>(wall_now().unix_ns) * 1e-9) {}

    std::vector<MetricFamily> Collect() const override {
        const ProcessFacts facts = read_process_facts();
        const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
        return {
            gauge("process_resident_memory_bytes", "Resident memory size",
                  number(facts.resident_bytes)),
            gauge("process_virtual_memory_bytes", "Virtual memory size",
                  number(facts.virtual_bytes)),
            counter("process_cpu_seconds_total", "User and system CPU time spent",
                    facts.cpu_seconds),
            gauge("process_threads", "Threads of the process", number(facts.threads)),
            gauge("process_open_fds", "Open file descriptors", number(facts.open_descriptors)),
            gauge("process_max_fds", "Limit of open file descriptors",
                  number(facts.descriptors_max)),
            gauge("process_start_time_seconds", "Start of the process since the Unix epoch",
                  started_),
            gauge("weft_build_info", "Version of this program; always 1", 1,
                  {{"version", version_}}),
        };
    }

private:
    std::string version_;
    double started_;
};

std::vector<MetricFamily> catalog_families(const View& view) {
    const auto number = [](std::size_t value) { return static_cast<double>(value); };
    std::vector<MetricFamily> families = {
        gauge("weft_catalog_nodes", "Nodes in the catalog", number(view.node_count())),
        gauge("weft_catalog_services", "Service names in the catalog",
              number(view.service_count())),
        gauge("weft_catalog_service_instances", "Service instances in the catalog",
              number(view.service_instance_count())),
        gauge("weft_catalog_checks", "Checks in the catalog", number(view.check_count())),
        gauge("weft_catalog_prepared_queries", "Prepared queries in the catalog",
              number(view.prepared_query_count())),
        gauge("weft_catalog_config_entries", "Configuration entries in the catalog",
              number(view.config_entry_count())),
        gauge("weft_catalog_config_entry_bytes", "Bytes of all configuration entries",
              number(view.config_entry_bytes())),
        gauge("weft_catalog_keys", "Keys in the catalog", number(view.key_count())),
        gauge("weft_catalog_sessions", "Sessions in the catalog", number(view.session_count())),
        gauge("weft_catalog_applied_index", "Index of the last command applied",
              static_cast<double>(view.applied_index().get()))};
    return families;
}

void append(std::vector<MetricFamily>& all, std::vector<MetricFamily> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

std::string interval_text(WallTime time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} +0000 UTC", fmt::gmtime(time.unix_ns / 1'000'000'000));
}

bool shows_host(const TelemetryConfig& config) {
    return config.prometheus_retention_time > Duration{} && !config.disable_hostname;
}

}  // namespace

Telemetry::Telemetry(const TelemetryConfig& config, const std::string& host, std::string version)
    : prefix_(config.metrics_prefix.empty() ? "" : config.metrics_prefix + "."),
      gauge_prefix_(shows_host(config) && !host.empty() ? prefix_ + host + "." : prefix_),
      registry_(std::make_shared<prometheus::Registry>()),
      prefix_filter_(config.prefix_filter),
      filter_default_(config.filter_default) {
    facts_.push_back(std::make_shared<ProcessCollector>(std::move(version)));
}

void Telemetry::watch_catalog(ReadCatalog read) {
    const std::lock_guard lock(mutex_);
    read_catalog_ = std::move(read);
}

void Telemetry::watch_log(ReadCount lost_lines) {
    const std::lock_guard lock(mutex_);
    lost_lines_ = std::move(lost_lines);
}

void Telemetry::set_filter(const TelemetryConfig& config) {
    const std::lock_guard lock(mutex_);
    prefix_filter_ = config.prefix_filter;
    filter_default_ = config.filter_default;
}

std::vector<MetricFamily> Telemetry::collect() const {
    std::vector<MetricFamily> all = registry_->Collect();
    for (const auto& facts : facts_) append(all, facts->Collect());
    ReadCatalog read_catalog;
    ReadCount lost_lines;
    {
        const std::lock_guard lock(mutex_);
        read_catalog = read_catalog_;
        lost_lines = lost_lines_;
    }
    if (lost_lines)
        all.push_back(counter("weft_log_lines_lost_total",
                              "Log lines that an output had no room for: nobody reads it, or its "
                              "disk is full",
                              static_cast<double>(lost_lines())));
    if (read_catalog) append(all, catalog_families(read_catalog()));
    return all;
}

bool Telemetry::is_shown(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    bool shown = filter_default_;
    std::size_t longest = 0;
    for (const std::string& rule : prefix_filter_) {
        const std::string_view prefix = std::string_view(rule).substr(rule.empty() ? 0 : 1);
        if (prefix.size() < longest || !name.starts_with(prefix)) continue;
        longest = prefix.size();
        shown = rule.starts_with('+');
    }
    return shown;
}

std::string Telemetry::prometheus_text() const {
    return prometheus::TextSerializer().Serialize(collect());
}

void Telemetry::read(const std::vector<MetricFamily>& families, Readings& counters,
                     Readings& samples) const {
    for (const MetricFamily& family : families) {
        const ConsulName* name = consul_name_of(family.name);
        if (!name || family.type == MetricType::Gauge) continue;
        for (const ClientMetric& metric : family.metric) {
            SeriesKey key{prefix_ + std::string(name->name), {}};
            for (const auto& label : metric.label)
                if (name->keeps_label(label.name)) key.labels.emplace_back(label.name, label.value);
            if (family.type == MetricType::Counter) {
                counters[key].count += metric.counter.value;
                counters[key].sum += metric.counter.value;
            } else if (family.type == MetricType::Histogram) {
                // Consul's timings are in milliseconds.
                Reading& reading = samples[key];
                reading.count += static_cast<double>(metric.histogram.sample_count);
                reading.sum += metric.histogram.sample_sum * 1000;
                std::uint64_t below = 0;
                for (const auto& bucket : metric.histogram.bucket) {
                    reading.buckets[bucket.upper_bound * 1000] +=
                        static_cast<double>(bucket.cumulative_count - below);
                    below = bucket.cumulative_count;
                }
            }
        }
    }
}

Telemetry::Reading Telemetry::Reading::since(const Reading& before) const {
    Reading added{count - before.count, sum - before.sum, buckets};
    for (const auto& [bound, values] : before.buckets) added.buckets[bound] -= values;
    return added;
}

Telemetry::Spread Telemetry::spread_of(const Reading& reading) {
    if (reading.count <= 0) return {};
    if (reading.buckets.empty()) return {1, 1, 0};  // a counter goes up by one
    const double mean = reading.sum / reading.count;
    Spread spread{-1, 0, 0};
    double squares = 0;
    double lower = 0;
    for (const auto& [bound, values] : reading.buckets) {
        const double upper = std::isinf(bound) ? lower : bound;
        if (values > 0) {
            if (spread.min < 0) spread.min = lower;
            spread.max = upper;
            squares += values * std::pow((lower + upper) / 2 - mean, 2);
        }
        lower = upper;
    }
    spread.deviation = reading.count > 1 ? std::sqrt(squares / (reading.count - 1)) : 0;
    return spread;
}

void Telemetry::tick(WallTime time) {
    Interval total{time, {}, {}};
    read(collect(), total.counters, total.samples);
    const std::lock_guard lock(mutex_);
    const auto difference = [](const Readings& after, const Readings& before) {
        Readings added;
        for (const auto& [key, reading] : after) {
            const auto old = before.find(key);
            Reading since = old == before.end() ? reading : reading.since(old->second);
            if (since.count > 0) added.emplace(key, std::move(since));
        }
        return added;
    };
    last_ = {time, difference(total.counters, total_.counters),
             difference(total.samples, total_.samples)};
    total_ = std::move(total);
}

std::string Telemetry::consul_json() const {
    const std::vector<MetricFamily> families = collect();
    Interval shown;
    {
        const std::lock_guard lock(mutex_);
        shown = last_;
    }
    if (shown.end.unix_ns == 0) {
        // The first interval has not ended: what happened until now stands for it.
        shown.end = wall_now();
        read(families, shown.counters, shown.samples);
    }
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.field("Timestamp", interval_text(shown.end));
    write_gauges(writer, families);
    writer.key("Points");
    writer.begin_array();
    writer.end_array();
    write_readings(writer, "Counters", shown.counters);
    write_readings(writer, "Samples", shown.samples);
    writer.end_object();
    return json;
}

void Telemetry::write_gauges(JsonWriter& writer, const std::vector<MetricFamily>& families) const {
    writer.key("Gauges");
    writer.begin_array();
    for (const MetricFamily& family : families) {
        const ConsulName* name = consul_name_of(family.name);
        if (!name || family.type != MetricType::Gauge) continue;
        const std::string whole = gauge_prefix_ + std::string(name->name);
        if (!is_shown(whole)) continue;
        for (const ClientMetric& metric : family.metric) {
            Labels labels;
            for (const auto& label : metric.label)
                if (name->keeps_label(label.name)) labels.emplace_back(label.name, label.value);
            writer.begin_object();
            writer.field("Name", whole);
            writer.field("Value", metric.gauge.value);
            write_labels(writer, labels);
            writer.end_object();
        }
    }
    writer.end_array();
}

void Telemetry::write_readings(JsonWriter& writer, std::string_view title,
                               const Readings& readings) const {
    writer.key(title);
    writer.begin_array();
    for (const auto& [key, reading] : readings) {
        if (!is_shown(key.name)) continue;
        writer.begin_object();
        writer.field("Name", key.name);
        writer.field("Count", static_cast<std::uint64_t>(reading.count));
        writer.field("Rate", reading.sum / std::chrono::duration<double>(kInterval).count());
        const Spread spread = spread_of(reading);
        writer.field("Sum", reading.sum);
        writer.field("Min", spread.min);
        writer.field("Max", spread.max);
        writer.field("Mean", reading.count > 0 ? reading.sum / reading.count : 0);
        writer.field("Stddev", spread.deviation);
        write_labels(writer, key.labels);
        writer.end_object();
    }
    writer.end_array();
}

void Telemetry::write_labels(JsonWriter& writer, const Labels& labels) {
    writer.key("Labels");
    writer.begin_object();
    for (const auto& [label, value] : labels) writer.field(label, value);
    writer.end_object();
}

}  // namespace weft::agent
