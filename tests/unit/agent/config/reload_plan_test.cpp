#include "agent/config/reload_plan.hpp"

#include <gmock/gmock.h>

#include "agent/config/key_table.hpp"
#include "agent/config/load.hpp"

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AgentConfig config_of(std::string text) {
    LoadRequest request;
    request.dev_mode = true;
    request.host = HostFacts{"lab", {{"eth0", "10.0.0.7"}}};
    auto result = load_texts({Source::make("a.hcl", std::move(text))}, request);
    EXPECT_TRUE(result.ok()) << result.text();
    return *result.config;
}

TEST(ReloadPlan, GroupsChangesByWhatTheyNeed) {
    const auto running = config_of("log_level = \"INFO\"\nports { dns = 53 }");
    const auto next = config_of(
        "log_level = \"debug\"\nports { dns = 54 }\nlimits { http_max_conns_per_client = 9 }");

    const auto plan = plan_reload(running, next);

    EXPECT_EQ(plan.text(),
              "applied now:\n"
              "  log_level: \"INFO\" -> \"DEBUG\"  (a.hcl:1)\n"
              "applied to new connections:\n"
              "  limits.http_max_conns_per_client: (default) 200 -> 9  (a.hcl:3)\n"
              "needs a restart:\n"
              "  ports.dns: 53 -> 54  (a.hcl:2)\n");
}

TEST(ReloadPlan, WritingOutTheDefaultChangesNothing) {
    EXPECT_TRUE(plan_reload(config_of(""), config_of("ports { http = 8500 }\nlog_level = \"info\""))
                    .empty());
}

TEST(ReloadPlan, NamesServicesAndChecksById) {
    const auto running =
        config_of("services = [{ name = \"a\" }, { name = \"b\" }, { name = \"c\" }]");
    const auto next = config_of(
        "services = [{ name = \"d\" }, { name = \"c\" }, { name = \"b\" port = 1 }]\n"
        "check { name = \"disk\" ttl = \"5s\" }");

    const auto plan = plan_reload(running, next);

    EXPECT_THAT(plan.services.added, ElementsAre("d"));
    EXPECT_THAT(plan.services.changed, ElementsAre("b"));
    EXPECT_THAT(plan.services.removed, ElementsAre("a"));
    EXPECT_THAT(plan.checks.added, ElementsAre("disk"));
    EXPECT_THAT(plan.now, IsEmpty());
}

TEST(ReloadPlan, NamesEntriesByKindAndName) {
    const auto running = config_of(
        "config_entries { bootstrap = [{ kind = \"service-defaults\" name = \"a\" },"
        "{ kind = \"service-defaults\" name = \"b\" }] }");
    const auto next = config_of(
        "config_entries { bootstrap = [{ kind = \"service-defaults\" name = \"b\" protocol = "
        "\"http\" }, { kind = \"proxy-defaults\" }] }");

    const auto plan = plan_reload(running, next);

    EXPECT_EQ(plan.text(),
              "config_entries.bootstrap:\n"
              "  added: proxy-defaults/global\n"
              "  changed: service-defaults/b\n"
              "  removed: service-defaults/a\n");
    EXPECT_TRUE(plan_reload(apply_reload(running, next), next).empty());
}

TEST(ReloadPlan, NamesWatchesByWhatTheySeeAndRun) {
    const auto running = config_of(
        "watches = [{ type = \"nodes\" args = [\"/a\", \"b\"] },"
        "{ type = \"key\" key = \"k\" handler = \" T=secret c -p secret\" }]");
    const auto next = config_of(
        "watches { type = \"key\" key = \"k\" handler = \" T=secret c -p secret\" stale = true }\n"
        "watches { type = \"service\" service = \"web\" handler_type = \"http\" "
        "http_handler_config { path = \"http://me:secret@here/x\" } }");

    EXPECT_EQ(plan_reload(running, next).text(),
              "watches:\n"
              "  added: service web -> http://here/x\n"
              "  changed: key k -> c\n"
              "  removed: nodes -> /a\n");
}

TEST(ReloadPlan, WatchesOfOneProgramAreToldApart) {
    const auto watch = [](const std::string& argument) {
        return "watches { type = \"nodes\" args = [\"/a\", \"" + argument + "\"] }\n";
    };
    const auto running = config_of(watch("b") + watch("c"));
    EXPECT_TRUE(plan_reload(running, running).empty());
    EXPECT_EQ(plan_reload(running, config_of(watch("c") + watch("d"))).text(),
              "watches:\n  changed: nodes -> /a\n");
    EXPECT_EQ(plan_reload(running, config_of(watch("c"))).text(),
              "watches:\n  removed: nodes -> /a\n");
    EXPECT_THAT(plan_reload(running, config_of(watch("c"))).json(),
                HasSubstr("\"Removed\": [\n            \"nodes -\\u003e /a\"\n        ]"));
}

TEST(ReloadPlan, AppliedTwiceItFindsOnlyTheRestartsAgain) {
    const auto running = config_of("domain = \"old\"");
    const auto next = config_of(
        "domain = \"new\"\nlog_level = \"WARN\"\nnode_meta { a = \"b\" }\nrecursors = "
        "[\"1.1.1.1\"]\n"
        "dns_config { only_passing = true sort_by_distance = true }\ndiscard_check_output = "
        "true\nservice { name = \"web\" "
        "}");

    const auto applied = apply_reload(running, next);
    const auto again = plan_reload(applied, next);

    EXPECT_THAT(again.now, IsEmpty());
    EXPECT_TRUE(again.services.empty());
    ASSERT_EQ(again.restart.size(), 1u);
    EXPECT_EQ(again.restart[0].key, "domain");
    EXPECT_EQ(applied.dns.domain, "old.");
    EXPECT_TRUE(applied.dns.only_passing);
    EXPECT_TRUE(applied.dns.sort_by_distance);
    EXPECT_TRUE(applied.health.discard_check_output);
    EXPECT_EQ(applied.log_level, "WARN");
}

TEST(ReloadPlan, AnHttpsListenerThatIsTurnedOffServesOnUntilTheRestart) {
    AgentConfig running = config_of("ports { https = -1 }");
    running.http.listeners.emplace_back().tls = true;
    running.http.tls.cert_file = "cert.pem";

    const AgentConfig applied = apply_reload(running, config_of(""));

    EXPECT_TRUE(applied.http.listeners.back().tls);
    EXPECT_EQ(applied.http.tls.cert_file, "") << "the file may be gone: it is not read again";
}

// The table says what a reload applies; apply_reload() must know each of those keys.
TEST(ReloadPlan, KeysAppliedNowAreAllKnownToApply) {
    for (const KeyRow* row : key_table().rows()) {
        if (row->key_class != KeyClass::Implemented || row->reload_class == Reload::Restart)
            continue;
        const std::string_view path = row->path;
        const bool known = path.starts_with("dns_config.") || path.starts_with("tls.") ||
                           path.starts_with("service") || path.starts_with("check") ||
                           path == "recursors" || path == "log_level" || path == "node_meta" ||
                           path == "discard_check_output" || path == "telemetry.prefix_filter" ||
                           path == "telemetry.filter_default" ||
                           path == "limits.http_max_conns_per_client" ||
                           path == "config_entries.bootstrap" || path == "watches";
        EXPECT_TRUE(known) << path;
    }
}

}  // namespace
}  // namespace weft::agent
