#include "agent/runtime/telemetry.hpp"

#include <gmock/gmock.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <boost/json/parse.hpp>

#include "agent/runtime/metric_names.hpp"
#include "agent/runtime/session_metrics.hpp"
#include "api/dns/metrics.hpp"
#include "api/http/metrics.hpp"
#include "raft/driver/metrics.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Telemetry, PrometheusTextHasProcessAndCatalog) {
    Telemetry telemetry({}, "node1", "1.2.3");
    telemetry.watch_catalog([] { return View(); });
    const std::string text = telemetry.prometheus_text();
    EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes"));
    EXPECT_THAT(text, HasSubstr("weft_build_info{version=\"1.2.3\"} 1"));
    EXPECT_THAT(text, HasSubstr("weft_catalog_nodes 0"));
    EXPECT_THAT(text, HasSubstr("weft_catalog_keys 0"));
    EXPECT_THAT(text, HasSubstr("weft_catalog_sessions 0"));
}

TEST(Telemetry, ConsulsJsonShowsWhatTheLastIntervalAdded) {
    Telemetry telemetry({}, "node1", "1.2.3");
    auto& requests = prometheus::BuildCounter()
                         .Name("weft_http_requests_total")
                         .Register(telemetry.registry())
                         .Add({{"route", "x"}});
    requests.Increment(5);
    telemetry.tick(WallTime{1'600'000'000'000'000'000});
    requests.Increment(2);
    telemetry.tick(WallTime{1'600'000'010'000'000'000});
    const auto json = boost::json::parse(telemetry.consul_json());
    EXPECT_EQ(json.at("Timestamp").as_string(), "2020-09-13 12:26:50 +0000 UTC");
    EXPECT_EQ(json.at("Counters").as_array().size(), 1u);
    EXPECT_EQ(json.at("Counters").at(0).at("Name").as_string(), "consul.client.rpc");
    EXPECT_EQ(json.at("Counters").at(0).at("Count").as_int64(), 2);
}

// A row that names a series of nobody would be a gap in a dashboard made for Consul.
TEST(Telemetry, EveryConsulNameIsOfAFamilyThatExistsWithItsLabels) {
    Telemetry telemetry({}, "node1", "1.2.3");
    telemetry.watch_catalog([] { return View(); });
    const api::HttpMetrics http(telemetry.registry());
    const api::DnsMetrics dns(telemetry.registry());
    const raft::DriverMetrics raft(telemetry.registry());
    const SessionMetrics sessions(telemetry.registry());
    const std::string text = telemetry.prometheus_text();
    for (const ConsulName& name : consul_names()) {
        const std::string family(name.family);
        EXPECT_THAT(text, HasSubstr("# TYPE " + family + " "));
        if (!name.labels.empty()) {
            EXPECT_THAT(text, HasSubstr(family + "{" + std::string(name.labels) + "=\""));
        }
    }
}

TEST(Telemetry, SamplesShowTheirSpreadAsNearAsBucketsTell) {
    Telemetry telemetry({}, "node1", "1.2.3");
    auto& seconds = prometheus::BuildHistogram()
                        .Name("weft_http_request_seconds")
                        .Register(telemetry.registry())
                        .Add({}, std::vector<double>{0.001, 0.01, 0.1});
    seconds.Observe(5);  // of an interval before
    telemetry.tick(WallTime{1'600'000'000'000'000'000});
    seconds.Observe(0.002);
    seconds.Observe(0.03);
    telemetry.tick(WallTime{1'600'000'010'000'000'000});
    const auto sample = boost::json::parse(telemetry.consul_json()).at("Samples").at(0);
    EXPECT_EQ(sample.at("Count").to_number<double>(), 2);
    EXPECT_NEAR(sample.at("Mean").to_number<double>(), 16, 0.001);
    EXPECT_EQ(sample.at("Min").to_number<double>(), 1);
    EXPECT_EQ(sample.at("Max").to_number<double>(), 100);
    EXPECT_GT(sample.at("Stddev").to_number<double>(), 0);
}

TEST(Telemetry, NamesFollowPrefixHostAndFilter) {
    TelemetryConfig config;
    config.prometheus_retention_time = std::chrono::hours(1);
    config.metrics_prefix = "mesh";
    config.prefix_filter = {"-mesh.node1", "+mesh.node1.runtime"};
    Telemetry telemetry(config, "node1", "1.2.3");
    EXPECT_THAT(telemetry.consul_json(), HasSubstr("mesh.node1.runtime.alloc_bytes"));
    EXPECT_THAT(telemetry.consul_json(), Not(HasSubstr("mesh.node1.version")));
    config.prefix_filter = {"-mesh.node1.runtime"};
    telemetry.set_filter(config);
    EXPECT_THAT(telemetry.consul_json(), Not(HasSubstr("mesh.node1.runtime.alloc_bytes")));
    EXPECT_THAT(telemetry.consul_json(), HasSubstr("mesh.node1.version"));
}

TEST(Telemetry, AnAgentThatIsOnlyAskedLeavesItsHostOut) {
    EXPECT_THAT(Telemetry({}, "node1", "1.2.3").consul_json(),
                HasSubstr("\"consul.runtime.alloc_bytes\""));
    TelemetryConfig config;
    config.prometheus_retention_time = std::chrono::hours(1);
    config.disable_hostname = true;
    EXPECT_THAT(Telemetry(config, "node1", "1.2.3").consul_json(),
                HasSubstr("\"consul.runtime.alloc_bytes\""));
}

TEST(Telemetry, ACounterThatIsShownAgainShowsOneInterval) {
    TelemetryConfig config;
    config.prefix_filter = {"-consul.client"};
    Telemetry telemetry(config, "node1", "1.2.3");
    auto& requests = prometheus::BuildCounter()
                         .Name("weft_http_requests_total")
                         .Register(telemetry.registry())
                         .Add({{"route", "x"}});
    requests.Increment(5);
    telemetry.tick(WallTime{1'600'000'000'000'000'000});
    EXPECT_THAT(telemetry.consul_json(), Not(HasSubstr("consul.client.rpc")));
    telemetry.set_filter({});
    requests.Increment(2);
    telemetry.tick(WallTime{1'600'000'010'000'000'000});
    const auto json = boost::json::parse(telemetry.consul_json());
    EXPECT_EQ(json.at("Counters").at(0).at("Count").as_int64(), 2);
}

}  // namespace
}  // namespace weft::agent
