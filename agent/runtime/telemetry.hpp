#pragma once

#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/base/json_writer.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/view.hpp"
#include "agent/config/agent_config.hpp"

namespace weft::agent {

// All series of the process: the registry that every part adds to, facts of the process and of the
// catalog that are read when asked, and two renderings: Prometheus' text, and the JSON of
// /v1/agent/metrics with Consul's names. Any thread.
class Telemetry {
public:
    using ReadCatalog = std::function<View()>;
    using ReadCount = std::function<std::uint64_t()>;

    // host: this machine's name, which stands in the names of gauges where Prometheus's metrics are
    // on, as in Consul, unless told otherwise.
    Telemetry(const TelemetryConfig& config, const std::string& host, std::string version);

    prometheus::Registry& registry() { return *registry_; }
    void watch_catalog(ReadCatalog read);
    void watch_log(ReadCount lost_lines);

    // telemetry.prefix_filter and filter_default; the other keys need a restart.
    void set_filter(const TelemetryConfig& config);

    std::string prometheus_text() const;

    // Consul reports counters and samples of the last whole interval: tick() ends one, every
    // kInterval.
    static constexpr Duration kInterval = std::chrono::seconds(10);
    void tick(WallTime now);
    std::string consul_json() const;

private:
    using Labels = std::vector<std::pair<std::string, std::string>>;
    struct Reading {  // of a counter, or of a histogram
        double count = 0;
        double sum = 0;
        std::map<double, double> buckets;  // a histogram's: values by upper bound

        Reading since(const Reading& before) const;
    };
    // As near as buckets tell: their bounds, and their middles for the deviation.
    struct Spread {
        double min = 0;
        double max = 0;
        double deviation = 0;
    };
    // By Consul's name and labels.
    struct SeriesKey {
        std::string name;
        Labels labels;
        auto operator<=>(const SeriesKey&) const = default;
    };
    using Readings = std::map<SeriesKey, Reading>;
    struct Interval {
        WallTime end;
        Readings counters;
        Readings samples;
    };

    std::vector<prometheus::MetricFamily> collect() const;
    // Whether shown or not: a series that is hidden and shown again must not report its whole total
    // as that of one interval.
    void read(const std::vector<prometheus::MetricFamily>& families, Readings& counters,
              Readings& samples) const;
    void write_gauges(JsonWriter& writer,
                      const std::vector<prometheus::MetricFamily>& families) const;
    static Spread spread_of(const Reading& reading);
    void write_readings(JsonWriter& writer, std::string_view title, const Readings& readings) const;
    static void write_labels(JsonWriter& writer, const Labels& labels);

    // telemetry.prefix_filter: the longest prefix that fits decides.
    bool is_shown(std::string_view name) const;

    std::string prefix_;        // "consul."
    std::string gauge_prefix_;  // "consul.host."
    std::shared_ptr<prometheus::Registry> registry_;
    std::vector<std::shared_ptr<prometheus::Collectable>> facts_;

    mutable std::mutex mutex_;  // guards what follows
    std::vector<std::string> prefix_filter_;
    bool filter_default_ = true;
    ReadCatalog read_catalog_;
    ReadCount lost_lines_;
    Interval total_;  // at the end of the last interval
    Interval last_;   // what the last interval added
};

}  // namespace weft::agent
