#include "agent/runtime/telemetry.hpp"

#include <gmock/gmock.h>
#include <prometheus/counter.h>

#include <boost/json/parse.hpp>

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

TEST(Telemetry, NamesFollowPrefixHostAndFilter) {
    TelemetryConfig config;
    config.metrics_prefix = "mesh";
    config.prefix_filter = {"-mesh.node1", "+mesh.node1.runtime"};
    const Telemetry telemetry(config, "node1", "1.2.3");
    EXPECT_THAT(telemetry.consul_json(), HasSubstr("mesh.node1.runtime.alloc_bytes"));
    EXPECT_THAT(telemetry.consul_json(), Not(HasSubstr("mesh.node1.version")));
}

}  // namespace
}  // namespace weft::agent
