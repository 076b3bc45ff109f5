#include "api/http/catalog_summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/text_order.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"

// Overviews against lists of the same catalog that are kept apart from each other.
namespace weft::api {
namespace {

using agent::View;

std::size_t checks_in(const View& view, const char* state) {
    return view.checks_in_state(state).size();
}

void expect_services(const View& view) {
    const auto summaries = summarize_services(view, Filter(), "dc1");
    std::map<std::string, std::size_t> instances;
    std::size_t all = 0;
    for (const auto& [name, summary] : summaries) {
        ASSERT_TRUE(std::is_sorted(summary.nodes.begin(), summary.nodes.end()));
        ASSERT_LE(summary.proxy_for.texts().size(), summary.nodes.size());
        instances[agent::folded(name)] += summary.nodes.size();
        all += summary.nodes.size();
    }
    ASSERT_EQ(all, view.service_instance_count());
    ASSERT_EQ(summaries.size(), view.service_names().size());
    for (const auto& [name, count] : instances) {
        const auto found = view.instances(name);
        ASSERT_EQ(count, found.size()) << name;
        std::size_t checks = 0;
        for (const agent::Instance& instance : found) checks += view.checks_of(instance).size();
        for (const auto& [spelling, summary] : summaries) {
            if (agent::fold_equal(spelling, name)) checks -= summary.checks.total();
        }
        ASSERT_EQ(checks, 0U) << name;
    }
}

void expect_health(const View& view) {
    const HealthSummary health = summarize_health(view);
    ASSERT_EQ(health.nodes.total(), view.node_count());
    StatusCounts checks;
    for (const auto& [name, counts] : health.checks) {
        checks.passing += counts.passing;
        checks.warning += counts.warning;
        checks.critical += counts.critical;
    }
    ASSERT_EQ(checks.passing, checks_in(view, "passing"));
    ASSERT_EQ(checks.warning, checks_in(view, "warning"));
    ASSERT_EQ(checks.critical, checks_in(view, "critical"));
    std::size_t instances = 0;
    for (const auto& [name, counts] : health.services) instances += counts.total();
    ASSERT_EQ(instances, view.service_instance_count());
}

void expect_usage(const View& view) {
    const Usage usage = measure_usage(view);
    ASSERT_EQ(usage.nodes, view.node_count());
    ASSERT_EQ(usage.services, view.service_names().size());
    ASSERT_EQ(usage.instances, view.service_instance_count());
    // All services here are proxies or plain ones, and none is called consul.
    ASSERT_EQ(usage.billable_instances + usage.connect_instances.at("connect-proxy"),
              usage.instances);
    ASSERT_EQ(usage.connect_instances.size(), 6U);
}

TEST(CatalogSummary, SumsUpToWhatThereIs) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        agent::RandomCommands commands(seed * 31);
        agent::Catalog catalog;
        for (std::uint64_t index = 1; index <= 300; ++index) {
            commands.look(catalog.view());
            catalog.apply(agent::Index(index), commands.next());
            SCOPED_TRACE("seed=" + std::to_string(seed) + " index=" + std::to_string(index));
            expect_services(catalog.view());
            expect_health(catalog.view());
            expect_usage(catalog.view());
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace weft::api
