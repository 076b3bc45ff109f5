#include "agent/health/local_state.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace weft::agent {

using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;

HealthConfig test_config() {
    HealthConfig config;
    config.node_name = "n1";
    config.enable_remote_script_checks = true;
    return config;
}

CheckDefinition ttl_check(Duration ttl, std::string id = "", std::string name = "") {
    CheckDefinition check;
    check.id = std::move(id);
    check.name = std::move(name);
    check.ttl = ttl;
    return check;
}

CheckDefinition http_check(std::string id) {
    CheckDefinition check;
    check.id = id;
    check.name = std::move(id);
    check.http = "http://127.0.0.1:1/";
    check.interval = 10s;
    return check;
}

ServiceDefinition service(std::string name, std::vector<CheckDefinition> checks = {}) {
    ServiceDefinition definition;
    definition.name = std::move(name);
    definition.checks = std::move(checks);
    return definition;
}

std::vector<std::string> check_ids(const LocalState& state) {
    std::vector<std::string> ids;
    for (const auto& [id, entry] : state.checks()) ids.push_back(id);
    return ids;
}

class LocalStateTest : public ::testing::Test {
protected:
    ~LocalStateTest() override { state.check_invariants(); }

    LocalChange put(ServiceDefinition definition, bool replace = false) {
        return state.register_service(std::move(definition), replace, now).value();
    }
    LocalChange put(CheckDefinition check) {
        return state.register_check(std::move(check), now).value();
    }
    const CheckRow& row(std::string_view id) { return state.check(id)->row; }
    void ttl(std::string_view id, Status status, std::string output = "") {
        ASSERT_TRUE(state.update_ttl(id, status, std::move(output), now));
    }

    Instant now = kStart;
    LocalState state{test_config()};
};

}  // namespace

TEST_F(LocalStateTest, ChecksOfAServiceGetGeneratedIdsAndNames) {
    put(service("one", {ttl_check(30s)}));
    put(service("two", {ttl_check(30s), ttl_check(40s, "my-check", "second")}));
    EXPECT_EQ(check_ids(state),
              (std::vector<std::string>{"my-check", "service:one", "service:two:1"}));
    EXPECT_EQ(row("service:one").name, "Service 'one' check");
    EXPECT_EQ(row("service:one").type, "ttl");
    EXPECT_EQ(row("my-check").name, "second");
    EXPECT_EQ(row("my-check").service_name, "two");
}

TEST_F(LocalStateTest, RegisteringAgainKeepsOtherChecksUnlessTheyAreReplaced) {
    put(service("s", {ttl_check(30s, "first")}));
    put(service("s", {ttl_check(30s, "second")}));
    EXPECT_EQ(check_ids(state), (std::vector<std::string>{"first", "second"}));
    const auto change = put(service("s", {ttl_check(30s, "third")}), true);
    EXPECT_EQ(check_ids(state), (std::vector<std::string>{"third"}));
    EXPECT_EQ(change.checks, (std::set<std::string>{"first", "second", "third"}));
}

TEST_F(LocalStateTest, ACheckThatIsDefinedAnewShowsWhatItShowedBefore) {
    put(ttl_check(1h, "c", "c"));
    ttl("c", Status::Passing, "fine");
    auto again = ttl_check(2h, "c", "renamed");
    again.status = "critical";
    put(again);
    EXPECT_EQ(row("c").status, Status::Passing);
    EXPECT_EQ(row("c").output, "fine");
    EXPECT_EQ(row("c").name, "renamed");
}

TEST_F(LocalStateTest, AnUnchangedDefinitionKeepsItsScheduleAndWritesNothing) {
    const auto first = put(service("s", {http_check("h")}));
    EXPECT_EQ(first.started, std::vector<std::string>{"h"});
    const CheckRun run = state.check("h")->run;
    const auto second = put(service("s", {http_check("h")}));
    EXPECT_TRUE(second.started.empty() && second.stopped.empty() && second.records.empty());
    EXPECT_EQ(state.check("h")->run, run);
    auto changed = http_check("h");
    changed.interval = 20s;
    const auto third = put(service("s", {changed}));
    EXPECT_EQ(third.stopped, std::vector<CheckRun>{run});
    EXPECT_EQ(third.started, std::vector<std::string>{"h"});
}

TEST_F(LocalStateTest, ServicesWithAnIpAddressGetItsTaggedForms) {
    auto definition = service("s");
    definition.address = "10.1.1.1";
    definition.port = 8000;
    definition.tagged_addresses = {{"wan_ipv4", ServiceAddress{"198.51.100.7", 80}}};
    put(definition);
    const auto& addresses = state.service("s")->row.tagged_addresses.get();
    ASSERT_EQ(addresses.size(), 2u);
    EXPECT_EQ(addresses[0].first, "lan_ipv4");
    EXPECT_EQ(addresses[0].second, (ServiceAddress{"10.1.1.1", 8000}));
    EXPECT_EQ(addresses[1].second, (ServiceAddress{"198.51.100.7", 80}));
    definition.address = "name.example";
    definition.tagged_addresses.clear();
    put(definition);
    EXPECT_TRUE(state.service("s")->row.tagged_addresses.is_null());
}

TEST_F(LocalStateTest, DeregisteringAServiceTakesItsChecksAlong) {
    put(service("s", {ttl_check(30s), http_check("h")}));
    const auto change = state.deregister_service("s", now);
    EXPECT_TRUE(state.checks().empty());
    EXPECT_EQ(change.services, std::set<std::string>{"s"});
    EXPECT_EQ(change.stopped.size(), 1u);
    for (const auto& record : change.records) EXPECT_EQ(record.value, "");
    EXPECT_TRUE(state.deregister_service("s", now).empty());
    EXPECT_TRUE(state.deregister_check("h", now).empty());
}

TEST_F(LocalStateTest, RefusalsUseConsulsWords) {
    auto lost = ttl_check(1h, "x", "x");
    lost.service_id = "nope";
    EXPECT_EQ(state.register_check(lost, now).error().message(),
              "ServiceID \"nope\" does not exist");
    EXPECT_EQ(state.update_ttl("nope", Status::Passing, "", now).error().message(),
              "CheckID \"nope\" does not have associated TTL");
    put(http_check("h"));
    EXPECT_FALSE(state.update_ttl("h", Status::Passing, "", now));
    EXPECT_EQ(state.service_maintenance("nope", true, "", now).error().message(),
              "No service registered with ID \"nope\"");
    CheckDefinition docker;
    docker.name = "d";
    docker.docker_container_id = "abc";
    docker.interval = 10s;
    EXPECT_EQ(state.register_check(docker, now).error().code, Errc::Unsupported);
    CheckDefinition windows;
    windows.name = "w";
    windows.os_service = "spooler";
    windows.interval = 10s;
    EXPECT_EQ(state.register_check(windows, now).error().code, Errc::Unsupported);
    auto mesh = service("mesh");
    mesh.has_sidecar_service = true;
    EXPECT_EQ(state.register_service(mesh, false, now).error().code, Errc::Unsupported);
    EXPECT_EQ(check_ids(state), std::vector<std::string>{"h"});
    EXPECT_TRUE(state.services().empty());
}

TEST(LocalStateLimits, ScriptsMustBeEnabledForTheirOrigin) {
    CheckDefinition script;
    script.name = "s";
    script.args = {"/bin/true"};
    script.interval = 10s;
    HealthConfig config;
    config.node_name = "n1";
    LocalState none(config);
    EXPECT_EQ(none.register_check(script, kStart).error().message(),
              "Scripts are disabled on this agent from remote calls; to enable, configure "
              "'enable_script_checks' to "
              "true");
    EXPECT_EQ(none.set_configured({}, {script}, kStart).error().message(),
              "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or "
              "'enable_local_script_checks' to true");
    config.enable_local_script_checks = true;
    LocalState local(config);
    EXPECT_FALSE(local.register_check(script, kStart));
    EXPECT_TRUE(local.set_configured({}, {script}, kStart));
    config.enable_local_script_checks = false;
    config.enable_remote_script_checks = true;
    LocalState remote(config);
    EXPECT_TRUE(remote.register_check(script, kStart));
}

TEST(LocalStateLimits, AFullAgentRefusesButReplaces) {
    HealthConfig config;
    config.node_name = "n1";
    config.max_services = 2;
    config.max_checks = 2;
    LocalState state(config);
    ASSERT_TRUE(state.register_service(service("a", {ttl_check(1h)}), false, kStart));
    ASSERT_TRUE(state.register_service(service("b", {ttl_check(1h)}), false, kStart));
    EXPECT_EQ(state.register_service(service("c"), false, kStart).error().code, Errc::Limit);
    EXPECT_EQ(
        state.register_service(service("a", {ttl_check(1h, "x")}), false, kStart).error().code,
        Errc::Limit);
    EXPECT_EQ(state.register_check(ttl_check(1h, "y", "y"), kStart).error().code, Errc::Limit);
    EXPECT_TRUE(state.register_service(service("a", {ttl_check(2h)}), false, kStart));
}

TEST_F(LocalStateTest, ATtlExpiresWithItsLastOutput) {
    put(ttl_check(10s, "c", "c"));
    ttl("c", Status::Passing, "last words");
    now += 9s;
    EXPECT_TRUE(state.expire_ttls(now).empty());
    EXPECT_EQ(state.next_ttl_deadline(), kStart + 10s);
    now += 1s;
    const auto change = state.expire_ttls(now);
    EXPECT_EQ(change.transitions.size(), 1u);
    EXPECT_EQ(row("c").status, Status::Critical);
    EXPECT_EQ(row("c").output, "TTL expired (last output before timeout follows): last words");
    EXPECT_EQ(state.next_ttl_deadline(), Instant::max());
    ttl("c", Status::Passing);
    EXPECT_EQ(state.next_ttl_deadline(), now + 10s);
}

TEST_F(LocalStateTest, TtlOutputIsCutAtTheSmallerLimit) {
    auto check = ttl_check(1h, "c", "c");
    check.output_max_size = 4;
    put(check);
    ttl("c", Status::Passing, "0123456");
    EXPECT_EQ(row("c").output, "0123 ... (captured 4 of 7 bytes)");
}

TEST_F(LocalStateTest, AnExpiryThatComesAgainDoesNotGrow) {
    put(ttl_check(10s, "c", "c"));
    ttl("c", Status::Passing, "last words");
    for (int round = 0; round < 3; ++round) {
        now += 10s;
        EXPECT_EQ(state.expire_ttls(now).ttl_expiries, 1u);
        put(ttl_check(10s, "c", "c"));  // arms the TTL and shows no sign of life
    }
    EXPECT_EQ(row("c").output, "TTL expired (last output before timeout follows): last words");
    ttl("c", Status::Passing, "back");
    now += 10s;
    state.expire_ttls(now);
    EXPECT_EQ(row("c").output, "TTL expired (last output before timeout follows): back");
}

TEST_F(LocalStateTest, AnExpiryCountsWhateverTheCheckShowedBefore) {
    put(service("app", {ttl_check(10s)}));
    CheckDefinition alias;
    alias.id = alias.name = "al";
    alias.alias_service = "app";
    put(alias);
    ttl("service:app", Status::Critical, "down");
    now += 10s;
    EXPECT_EQ(state.expire_ttls(now).ttl_expiries, 1u);
    ttl("service:app", Status::Passing, "up");
    now += 10s;
    const auto change = state.expire_ttls(now);
    EXPECT_EQ(change.transitions.size(), 2u);  // the alias follows
    EXPECT_EQ(change.ttl_expiries, 1u);
}

TEST(LocalStateLimits, TheAgentsOutputLimitHoldsWhereACheckHasNone) {
    HealthConfig config;
    config.node_name = "n1";
    config.output_max_bytes = 10'000;
    LocalState state(config);
    ASSERT_TRUE(state.register_check(ttl_check(1h, "c", "c"), kStart));
    EXPECT_EQ(state.output_max(*state.check("c")), 10'000u);
    auto own = ttl_check(1h, "own", "own");
    own.output_max_size = 20'000;
    ASSERT_TRUE(state.register_check(own, kStart));
    EXPECT_EQ(state.output_max(*state.check("own")), 10'000u);
    own.output_max_size = 100;
    ASSERT_TRUE(state.register_check(own, kStart));
    EXPECT_EQ(state.output_max(*state.check("own")), 100u);
}

TEST_F(LocalStateTest, RenewalsWithoutNewsChangeNothing) {
    put(ttl_check(1h, "c", "c"));
    ttl("c", Status::Passing, "x");
    EXPECT_TRUE(state.update_ttl("c", Status::Passing, "x", now).value().empty());
    const auto output_only = state.update_ttl("c", Status::Passing, "y", now).value();
    EXPECT_EQ(output_only.outputs, std::set<std::string>{"c"});
    EXPECT_TRUE(output_only.checks.empty() && output_only.records.empty());
}

TEST_F(LocalStateTest, AliasesFollowTheServiceThatTheyLookAt) {
    put(service("app"));
    put(service("front"));
    CheckDefinition alias;
    alias.id = "al";
    alias.name = "alias of app";
    alias.service_id = "front";
    alias.alias_service = "app";
    put(alias);
    EXPECT_EQ(row("al").status, Status::Passing);
    EXPECT_EQ(row("al").output, "No checks found.");
    auto check = ttl_check(1h, "appttl", "app ttl");
    check.service_id = "app";
    check.status = "passing";
    put(check);
    EXPECT_EQ(row("al").output, "All checks passing.");
    ttl("appttl", Status::Warning, "w");
    EXPECT_EQ(row("al").status, Status::Warning);
    EXPECT_EQ(row("al").output, "Aliased check \"app ttl\" failing: w");
    state.deregister_service("app", now);
    EXPECT_EQ(row("al").status, Status::Critical);
    EXPECT_EQ(row("al").output, "Service app could not be found on node n1");
}

TEST_F(LocalStateTest, AliasesThatLookAtEachOtherSettle) {
    for (const auto* id : {"a", "b"}) put(service(id));
    for (const auto& [own, other] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
        CheckDefinition alias;
        alias.id = alias.name = std::string("alias-") + own;
        alias.service_id = own;
        alias.alias_service = other;
        put(alias);
    }
    put(ttl_check(1h, "node", "node"));
    EXPECT_EQ(row("alias-a").status, Status::Critical);
    EXPECT_EQ(row("alias-b").status, Status::Critical);
    EXPECT_LE(row("alias-a").output.size(), 5000u);
}

TEST_F(LocalStateTest, MaintenanceIsACheckWithAReason) {
    put(service("web"));
    ASSERT_TRUE(state.service_maintenance("web", true, "upgrade", now));
    const CheckRow& check = row("_service_maintenance:web");
    EXPECT_EQ(check.name, "Service Maintenance Mode");
    EXPECT_EQ(check.notes, "upgrade");
    EXPECT_EQ(check.type, "maintenance");
    EXPECT_EQ(check.status, Status::Critical);
    EXPECT_EQ(check.service_name, "web");
    EXPECT_TRUE(state.service_maintenance("web", true, "other", now).value().empty());
    EXPECT_EQ(row("_service_maintenance:web").notes, "upgrade");
    // Deploy tools that replace checks do not end a maintenance that somebody else began.
    put(service("web", {ttl_check(1h)}), true);
    EXPECT_TRUE(state.check("_service_maintenance:web"));
    ASSERT_TRUE(state.service_maintenance("web", false, "", now));
    EXPECT_FALSE(state.check("_service_maintenance:web"));
    state.node_maintenance(true, "", now);
    EXPECT_EQ(row("_node_maintenance").notes,
              "Maintenance mode is enabled for this node, but no reason was provided. This is a "
              "default message.");
    state.node_maintenance(false, "", now);
    EXPECT_FALSE(state.check("_node_maintenance"));
}

TEST_F(LocalStateTest, ServicesThatStayCriticalAreReapedAfterAMinuteAtLeast) {
    auto check = ttl_check(1h);
    check.deregister_critical_service_after = 5s;
    put(service("s", {check}));
    now += 59s;
    EXPECT_TRUE(state.reap(now).empty());
    ttl("service:s", Status::Passing);
    now += 1h;
    EXPECT_TRUE(state.reap(now).empty());
    ttl("service:s", Status::Critical);
    now += 61s;
    EXPECT_EQ(state.reap(now).services, std::set<std::string>{"s"});
    EXPECT_FALSE(state.service("s"));
}

TEST_F(LocalStateTest, ResultsOfAnOlderDefinitionAreIgnored) {
    put(http_check("h"));
    const CheckRun old = state.check("h")->run;
    auto changed = http_check("h");
    changed.http = "http://127.0.0.1:2/";
    put(changed);
    EXPECT_TRUE(state.observe(old, Status::Passing, "late", now).empty());
    EXPECT_FALSE(state.observe(state.check("h")->run, Status::Passing, "new", now).empty());
    EXPECT_EQ(row("h").output, "new");
}

}  // namespace weft::agent
