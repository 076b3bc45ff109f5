#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "agent/health/local_state.hpp"

namespace weft::agent {

using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;

HealthConfig test_config() {
    HealthConfig config;
    config.node_name = "n1";
    return config;
}

ServiceDefinition http_service(const std::string& name, std::int64_t port = 80) {
    CheckDefinition check;
    check.http = "http://127.0.0.1/" + name;
    check.interval = 10s;
    check.failures_before_critical = 2;
    ServiceDefinition definition;
    definition.name = name;
    definition.port = port;
    definition.checks = {check};
    return definition;
}

// The records as a store would hold them.
class Store {
public:
    void keep(const LocalChange& change) {
        for (const auto& record : change.records) {
            if (record.value.empty()) {
                records_.erase(record.key);
            } else {
                records_[record.key] = record.value;
            }
        }
    }
    std::vector<LocalRecord> all() const {
        std::vector<LocalRecord> list;
        for (const auto& [key, value] : records_) list.push_back(LocalRecord{key, value});
        return list;
    }
    std::size_t size() const { return records_.size(); }

private:
    std::map<std::string, std::string> records_;
};

}  // namespace

TEST(Restore, ARestartShowsTheSameStatusAndOutput) {
    Store store;
    LocalState before(test_config());
    store.keep(before.register_service(http_service("web"), false, kStart).value());
    store.keep(before.observe(before.check("service:web")->run, Status::Passing, "fine", kStart));
    store.keep(before.service_maintenance("web", true, "why", kStart).value());

    LocalState after(test_config());
    const auto restored = after.restore(store.all(), kStart);
    EXPECT_TRUE(restored.refused.empty());
    EXPECT_EQ(restored.change.started, std::vector<std::string>{"service:web"});
    EXPECT_TRUE(after.service("web")->row.same_content(before.service("web")->row));
    for (const auto& [id, entry] : before.checks())
        EXPECT_TRUE(after.check(id)->row.same_content(entry.row)) << id;
    // One failure against the known status does not flap it.
    EXPECT_TRUE(
        after.observe(after.check("service:web")->run, Status::Critical, "no", kStart).empty());
    after.check_invariants();
}

TEST(Restore, DeregistrationLeavesNoRecords) {
    Store store;
    LocalState state(test_config());
    store.keep(state.register_service(http_service("web"), false, kStart).value());
    store.keep(state.observe(state.check("service:web")->run, Status::Passing, "fine", kStart));
    EXPECT_EQ(store.size(), 3u);
    store.keep(state.deregister_service("web", kStart));
    EXPECT_EQ(store.size(), 0u);
}

TEST(Restore, UnreadableRecordsAreNamedAndTheOthersRestored) {
    Store store;
    LocalState before(test_config());
    store.keep(before.register_service(http_service("web"), false, kStart).value());
    auto records = store.all();
    records.push_back(LocalRecord{"service/bad", "garbage"});
    records.push_back(LocalRecord{"what/ever", "x"});
    LocalState after(test_config());
    const auto restored = after.restore(records, kStart);
    ASSERT_EQ(restored.refused.size(), 2u);
    EXPECT_TRUE(after.service("web"));
}

TEST(Restore, ConfiguredChecksKeepTheirStateAndNoDefinition) {
    Store store;
    LocalState before(test_config());
    store.keep(before.set_configured({http_service("web")}, {}, kStart).value());
    EXPECT_EQ(store.size(), 0u);
    store.keep(before.observe(before.check("service:web")->run, Status::Passing, "fine", kStart));
    EXPECT_EQ(store.size(), 1u);

    LocalState after(test_config());
    after.restore(store.all(), kStart);
    EXPECT_FALSE(after.service("web"));
    store.keep(after.set_configured({http_service("web")}, {}, kStart).value());
    EXPECT_EQ(after.check("service:web")->row.status, Status::Passing);
    EXPECT_EQ(after.check("service:web")->row.output, "fine");
    after.check_invariants();

    // The states of what is configured no more are dropped.
    LocalState later(test_config());
    later.restore(store.all(), kStart);
    store.keep(later.set_configured({}, {}, kStart).value());
    EXPECT_EQ(store.size(), 0u);
}

TEST(Restore, TheConfigurationWinsOverAnEarlierRegistrationByApi) {
    Store store;
    LocalState before(test_config());
    store.keep(before.register_service(http_service("web", 1), false, kStart).value());
    store.keep(before.observe(before.check("service:web")->run, Status::Passing, "fine", kStart));
    LocalState after(test_config());
    after.restore(store.all(), kStart);
    store.keep(after.set_configured({http_service("web", 2)}, {}, kStart).value());
    EXPECT_EQ(after.service("web")->row.port, 2);
    EXPECT_EQ(after.check("service:web")->row.status, Status::Passing);
    EXPECT_EQ(store.size(), 1u);  // the state alone
}

TEST(Reload, OneChangedServiceOfAThousandTouchesNothingElse) {
    std::vector<ServiceDefinition> services;
    for (int i = 0; i < 1000; ++i) services.push_back(http_service("s" + std::to_string(i)));
    LocalState state(test_config());
    ASSERT_TRUE(state.set_configured(services, {}, kStart));
    std::map<std::string, CheckRun> runs;
    for (const auto& [id, entry] : state.checks()) {
        runs[id] = entry.run;
        state.observe(entry.run, Status::Passing, "fine", kStart);
    }
    services[500].port = 81;
    const auto change = state.set_configured(services, {}, kStart + 1s).value();
    EXPECT_EQ(change.services, std::set<std::string>{"s500"});
    EXPECT_TRUE(change.started.empty() && change.stopped.empty() && change.transitions.empty());
    for (const auto& [id, entry] : state.checks()) {
        EXPECT_EQ(entry.run, runs[id]);
        EXPECT_EQ(entry.row.status, Status::Passing);
    }
    state.check_invariants();
}

TEST(Reload, RemovedAndAddedDefinitionsFollow) {
    LocalState state(test_config());
    auto web = http_service("web");
    web.checks.push_back(web.checks[0]);
    CheckDefinition disk;
    disk.name = "disk";
    disk.ttl = 1h;
    ASSERT_TRUE(state.set_configured({web, http_service("old")}, {disk}, kStart));
    EXPECT_EQ(state.checks().size(), 4u);
    const auto change = state.set_configured({http_service("web")}, {}, kStart).value();
    EXPECT_FALSE(state.service("old"));
    EXPECT_FALSE(state.check("disk"));
    // From two checks to one: the generated ids differ.
    ASSERT_EQ(state.checks().size(), 1u);
    EXPECT_TRUE(state.check("service:web"));
    EXPECT_EQ(change.services, (std::set<std::string>{"old", "web"}));
}

TEST(Reload, WhatTheApiRegisteredStays) {
    LocalState state(test_config());
    ASSERT_TRUE(state.register_service(http_service("api"), false, kStart));
    ASSERT_TRUE(state.set_configured({http_service("web")}, {}, kStart));
    ASSERT_TRUE(state.set_configured({}, {}, kStart));
    EXPECT_TRUE(state.service("api"));
    EXPECT_FALSE(state.service("web"));
}

TEST(Reload, ABadConfigurationIsRefusedWhole) {
    LocalState state(test_config());
    ASSERT_TRUE(state.set_configured({http_service("web")}, {}, kStart));
    CheckDefinition lost;
    lost.name = "lost";
    lost.ttl = 1h;
    lost.service_id = "nope";
    EXPECT_EQ(state.set_configured({http_service("other")}, {lost}, kStart).error().message(),
              "check \"lost\": ServiceID \"nope\" does not exist");
    EXPECT_TRUE(state.service("web"));
    EXPECT_FALSE(state.service("other"));
}

// The service is still there when the reload is judged, and gone when the check would be put.
TEST(Reload, ACheckOfAServiceThatTheReloadRemovesIsRefused) {
    LocalState state(test_config());
    CheckDefinition check;
    check.id = check.name = "c";
    check.ttl = 1h;
    check.service_id = "web";
    ASSERT_TRUE(state.set_configured({http_service("web")}, {check}, kStart));
    const auto refused = state.set_configured({}, {check}, kStart);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "check \"c\": ServiceID \"web\" does not exist");
    EXPECT_TRUE(state.service("web"));
    EXPECT_TRUE(state.check("c"));
    // A service that the API registered stays, so a check may be configured for it.
    ASSERT_TRUE(state.register_service(http_service("api"), false, kStart));
    check.service_id = "api";
    EXPECT_TRUE(state.set_configured({}, {check}, kStart));
    EXPECT_EQ(state.check("c")->row.service_name, "api");
    state.check_invariants();
}

TEST(Reload, ACheckThatMovesBetweenServiceAndNodeKeepsItsStatus) {
    LocalState state(test_config());
    CheckDefinition check;
    check.id = check.name = "c";
    check.ttl = 1h;
    auto alone = http_service("web");
    alone.checks.clear();
    auto together = alone;
    together.checks = {check};
    ASSERT_TRUE(state.set_configured({alone}, {check}, kStart));
    ASSERT_TRUE(state.update_ttl("c", Status::Passing, "fine", kStart));
    ASSERT_TRUE(state.set_configured({together}, {}, kStart));
    EXPECT_EQ(state.check("c")->row.status, Status::Passing);
    EXPECT_EQ(state.check("c")->row.service_id, "web");
    ASSERT_TRUE(state.set_configured({alone}, {check}, kStart));
    EXPECT_EQ(state.check("c")->row.status, Status::Passing);
    EXPECT_EQ(state.check("c")->row.service_id, "");
    state.check_invariants();
}

TEST(Restore, ScriptsThatAreNotAllowedAnyMoreAreNotRestored) {
    CheckDefinition script;
    script.id = script.name = "script";
    script.args = {"/bin/true"};
    script.interval = 10s;
    script.service_id = "web";
    HealthConfig config = test_config();
    config.enable_remote_script_checks = true;
    Store store;
    LocalState before(config);
    ASSERT_TRUE(before.set_configured({http_service("web")}, {}, kStart));
    store.keep(before.register_check(script, kStart).value());
    store.keep(before.service_maintenance("web", true, "why", kStart).value());

    // The check waits for its configured service, and is judged all the same.
    LocalState after(test_config());
    EXPECT_EQ(after.restore(store.all(), kStart).refused.size(), 1u);
    ASSERT_TRUE(after.set_configured({http_service("web")}, {}, kStart));
    EXPECT_FALSE(after.check("script"));
    EXPECT_TRUE(after.check("_service_maintenance:web"));
    after.check_invariants();
}

}  // namespace weft::agent
