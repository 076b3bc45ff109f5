#include "agent/health/health_service.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <chrono>
#include <sstream>

#include "agent/io/clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/run_coroutine.hpp"
#include "tests/unit/agent/health/catalog_backend.hpp"

namespace weft::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

HealthConfig test_config() {
    HealthConfig config;
    config.node_name = "n1";
    config.node_address = "127.0.0.1";
    config.sync_retry = 20ms;
    return config;
}

ServiceDefinition service(const std::string& name) {
    ServiceDefinition definition;
    definition.name = name;
    CheckDefinition check;
    check.ttl = 1h;
    definition.checks = {check};
    return definition;
}

asio::awaitable<Result<int>> close_all(HealthService* service) {
    co_await service->close();
    co_return 0;
}

// An agent's local part with a catalog, on one thread.
class HealthServiceTest : public ::testing::Test {
protected:
    ~HealthServiceTest() override { stop(); }

    void start(HealthConfig config = test_config()) {
        registry = std::make_unique<prometheus::Registry>();
        health = std::make_unique<HealthService>(config, backend, context.get_executor(),
                                                 context.get_executor(), logger(), *registry, 1);
        health->restore(backend.records());
        ASSERT_TRUE(health->set_configured(configured, {}));
        health->start();
    }
    void stop() {
        if (!health) return;
        (void)run(context, close_all(health.get()));
        health.reset();
    }

    bool wait_for(const std::function<bool()>& condition) {
        const Instant limit = now() + 10s;
        while (!condition()) {
            if (now() > limit) return false;
            context.run_one_for(10ms);
            if (context.stopped()) context.restart();
        }
        return true;
    }

    // Calls with a callback and waits for it.
    Result<void> await_done(const std::function<void(HealthService::Done)>& call) {
        std::optional<Result<void>> result;
        call([&](Result<void> value) { result = std::move(value); });
        EXPECT_TRUE(wait_for([&] { return result.has_value(); }));
        return *result;
    }
    Result<void> put(ServiceDefinition definition) {
        return await_done([&](HealthService::Done done) {
            health->register_service(definition, false, std::move(done));
        });
    }
    double gauge(std::string_view name) {
        for (const auto& family : registry->Collect()) {
            if (family.name == name) return family.metric[0].gauge.value;
        }
        return -1;
    }
    double unkept() { return gauge("weft_health_records_unkept"); }
    double runs_under_way() { return gauge("weft_health_check_runs_under_way"); }
    std::shared_ptr<spdlog::logger> logger() {
        auto logger = std::make_shared<spdlog::logger>(
            "health", std::make_shared<spdlog::sinks::ostream_sink_st>(log));
        logger->set_pattern("%l %v");
        return logger;
    }
    // Lines of the log that have this in them.
    int logged(std::string_view words) {
        std::istringstream lines(log.str());
        int count = 0;
        for (std::string line; std::getline(lines, line);) {
            if (line.find(words) != std::string::npos) ++count;
        }
        return count;
    }
    Status shown(std::string_view id) {
        for (const auto& check : health->checks()) {
            if (check.row.id.view() == id) return check.row.status;
        }
        return Status::Maintenance;
    }

    asio::io_context context{1};
    CatalogBackend backend{context};
    std::ostringstream log;
    std::vector<ServiceDefinition> configured;
    std::unique_ptr<prometheus::Registry> registry;
    std::unique_ptr<HealthService> health;
};

}  // namespace

TEST_F(HealthServiceTest, ARegistrationIsInTheCatalogWhenItIsAnswered) {
    start();
    ASSERT_TRUE(put(service("web")));
    EXPECT_TRUE(backend.view().service("n1", "web"));
    EXPECT_TRUE(backend.view().check("n1", "service:web"));
    ASSERT_TRUE(await_done(
        [&](auto done) { health->update_ttl("service:web", Status::Passing, "up", done); }));
    EXPECT_EQ(backend.view().check("n1", "service:web")->status, Status::Passing);
    ASSERT_TRUE(await_done([&](auto done) { health->deregister_service("web", done); }));
    EXPECT_FALSE(backend.view().service("n1", "web"));
    EXPECT_TRUE(backend.records().empty());
    EXPECT_FALSE(await_done(
        [&](auto done) { health->update_ttl("service:web", Status::Passing, "", done); }));
}

TEST_F(HealthServiceTest, ARestartWritesNothingToTheCatalog) {
    configured = {service("configured")};
    start();
    ASSERT_TRUE(put(service("web")));
    ASSERT_TRUE(await_done(
        [&](auto done) { health->update_ttl("service:web", Status::Passing, "up", done); }));
    ASSERT_TRUE(await_done(
        [&](auto done) { health->update_ttl("service:configured", Status::Warning, "hm", done); }));
    ASSERT_TRUE(wait_for([&] { return health->is_synced(); }));
    stop();
    const int commands = backend.commands;
    const auto digest = backend.view().digest();
    start();
    ASSERT_TRUE(wait_for([&] { return health->is_synced(); }));
    EXPECT_EQ(backend.commands, commands);
    EXPECT_EQ(backend.view().digest(), digest);
    EXPECT_EQ(shown("service:web"), Status::Passing);
    EXPECT_EQ(shown("service:configured"), Status::Warning);
}

TEST_F(HealthServiceTest, WhatTheLogRefusesIsTheClientsConcernAndTriedAgain) {
    start();
    ASSERT_TRUE(put(service("old")));
    for (const Errc code : {Errc::Io, Errc::Unavailable, Errc::Limit}) {
        backend.refusal = make_error(code, "not now");
        const auto refused = put(service("web"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::Io);
        EXPECT_EQ(refused.error().message(), "not now");
        EXPECT_FALSE(await_done([&](auto done) { health->deregister_service("old", done); }));
        EXPECT_FALSE(backend.view().service("n1", "web"));
        EXPECT_TRUE(backend.view().service("n1", "old"));
        EXPECT_EQ(backend.records().size(), 2u);  // of the old one

        backend.refusal.reset();
        EXPECT_TRUE(wait_for([&] {
            return health->is_synced() && backend.view().service("n1", "web") &&
                   !backend.view().service("n1", "old") && backend.records().size() == 2;
        }));
        stop();
        start();
        EXPECT_TRUE(health->service("web"));
        EXPECT_FALSE(health->service("old"));
        ASSERT_TRUE(await_done([&](auto done) { health->deregister_service("web", done); }));
        ASSERT_TRUE(put(service("old")));
    }
}

TEST_F(HealthServiceTest, AnOlderRecordNeverUndoesALaterChange) {
    start();
    backend.refusal = make_error(Errc::Unavailable, "queue full");
    EXPECT_FALSE(put(service("web")));
    backend.refusal.reset();
    ASSERT_TRUE(await_done([&](auto done) { health->deregister_service("web", done); }));
    EXPECT_EQ(unkept(), 2);
    // Those of a try that is under way are not kept yet: then the retry was applied.
    ASSERT_TRUE(wait_for([&] { return unkept() == 0; }));
    EXPECT_EQ(backend.record_commits, 2);
    EXPECT_TRUE(wait_for([&] { return health->is_synced(); }));
    EXPECT_TRUE(backend.records().empty());
}

TEST_F(HealthServiceTest, AFailureThatGoesOnIsLoggedOnceAndItsEndToo) {
    start();
    ASSERT_TRUE(wait_for([&] { return health->is_synced(); }));
    backend.refusal = make_error(Errc::Io, "the disk is gone");
    EXPECT_FALSE(put(service("web")));
    EXPECT_FALSE(put(service("db")));
    ASSERT_TRUE(wait_for([&] { return backend.refusals >= 20; }));
    EXPECT_EQ(logged("error local registrations not kept"), 1);
    EXPECT_EQ(logged("warning registrations not synced"), 1);
    EXPECT_EQ(logged("the disk is gone"), 2);
    EXPECT_EQ(logged("again"), 0);

    backend.refusal.reset();
    EXPECT_TRUE(wait_for([&] { return logged("registrations synced again") == 1; }));
    EXPECT_TRUE(wait_for([&] { return logged("local registrations kept again") == 1; }));
    EXPECT_TRUE(backend.view().service("n1", "web"));
    EXPECT_TRUE(backend.view().service("n1", "db"));
}

TEST_F(HealthServiceTest, AReloadOfManyTakesNoMoreThanItsPlace) {
    start();
    std::vector<ServiceDefinition> many;
    std::size_t answers = 0;
    for (int i = 0; i < 600; ++i) {
        many.push_back(service("s" + std::to_string(i)));
        health->register_service(many.back(), false, [&](Result<void> result) {
            EXPECT_TRUE(result);
            ++answers;
        });
    }
    ASSERT_TRUE(wait_for([&] { return answers == many.size() && health->is_synced(); }));
    EXPECT_EQ(backend.records().size(), 1200u);
    backend.records_max = backend.writes_max = 0;
    // All of them become the configuration's, so that their records go, and differ.
    for (auto& definition : many) definition.port = 80;
    ASSERT_TRUE(health->set_configured(many, {}));
    EXPECT_TRUE(wait_for([&] { return health->is_synced() && backend.records().empty(); }));
    EXPECT_EQ(backend.view().service("n1", "s599")->port, 80);
    EXPECT_LE(backend.records_max, 256u);
    EXPECT_LE(backend.writes_max, 256u);
}

TEST_F(HealthServiceTest, TagsThatTheCatalogOverridesAreAChangeOfTheServices) {
    start();
    auto definition = service("web");
    definition.tags = {"local"};
    definition.enable_tag_override = true;
    ASSERT_TRUE(put(definition));
    RegisterCommand retag;
    retag.node = *backend.view().node("n1");
    retag.service = *backend.view().service("n1", "web");
    retag.service->tags = TextList{"remote"};
    ASSERT_TRUE(backend.apply({}, retag));
    std::vector<TextList> seen;
    health->on_services_changed([&] { seen.push_back(health->service("web")->row.tags.get()); });
    ASSERT_TRUE(put(definition));
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), TextList{"remote"});
}

TEST_F(HealthServiceTest, AnHttpCheckRunsAtOnceAndItsResultReachesTheCatalog) {
    LoopbackServer server([](LoopbackServer::Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    start();
    auto definition = service("web");
    definition.checks[0].ttl = {};
    definition.checks[0].http = server.url();
    definition.checks[0].interval = 1h;
    ASSERT_TRUE(put(definition));
    EXPECT_TRUE(wait_for([&] {
        const auto* check = backend.view().check("n1", "service:web");
        return check && check->status == Status::Passing;
    }));
    EXPECT_EQ(backend.view().check("n1", "service:web")->output.str(),
              "HTTP GET " + server.url() + ": 200 OK Output: ok");
}

TEST_F(HealthServiceTest, ATtlExpiresByItself) {
    start();
    auto definition = service("web");
    definition.checks[0].ttl = 50ms;
    definition.checks[0].status = "passing";
    ASSERT_TRUE(put(definition));
    EXPECT_TRUE(wait_for([&] { return shown("service:web") == Status::Critical; }));
    EXPECT_TRUE(wait_for(
        [&] { return backend.view().check("n1", "service:web")->output == "TTL expired"; }));
}

TEST_F(HealthServiceTest, AliasesOfOtherNodesFollowTheCatalog) {
    start();
    RegisterCommand other;
    other.node.name = "n2";
    other.node.address = "127.0.0.2";
    other.service = ServiceRow{};
    other.service->id = "db";
    other.service->name = "db";
    CheckRow check;
    check.id = "c";
    check.name = "disk";
    check.output = "full";
    check.service_id = "db";
    check.status = Status::Warning;
    other.checks = {check};
    ASSERT_TRUE(backend.apply({}, other));
    CheckDefinition alias;
    alias.id = alias.name = "al";
    alias.alias_node = "n2";
    alias.alias_service = "db";
    ASSERT_TRUE(await_done([&](auto done) { health->register_check(alias, done); }));
    EXPECT_TRUE(wait_for([&] { return shown("al") == Status::Warning; }));
}

// The first run starts with the registration, the second one by the timer.
TEST_F(HealthServiceTest, RunsUnderWayAreCounted) {
    std::atomic<bool> hangs = true;
    LoopbackServer server([&](LoopbackServer::Socket& socket) {
        LoopbackServer::read_header(socket);
        if (hangs) return LoopbackServer::wait_closed(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    start();
    auto definition = service("web");
    definition.checks[0].ttl = {};
    definition.checks[0].http = server.url();
    definition.checks[0].interval = 1s;
    definition.checks[0].timeout = 100ms;
    ASSERT_TRUE(put(definition));
    EXPECT_TRUE(wait_for([&] { return runs_under_way() == 1; }));
    hangs = false;
    EXPECT_TRUE(wait_for([&] { return runs_under_way() == 0; }));
    EXPECT_TRUE(wait_for([&] { return shown("service:web") == Status::Passing; }));
    hangs = true;
    EXPECT_TRUE(wait_for([&] { return runs_under_way() == 1; }));
    stop();
}

TEST_F(HealthServiceTest, ClosingEndsChecksThatHang) {
    LoopbackServer server(
        [](LoopbackServer::Socket& socket) { LoopbackServer::wait_closed(socket); });
    start();
    auto definition = service("web");
    definition.checks[0].ttl = {};
    definition.checks[0].http = server.url();
    definition.checks[0].interval = 1h;
    ASSERT_TRUE(put(definition));
    const Instant before = now();
    stop();
    EXPECT_LT(now() - before, 5s);
}

}  // namespace weft::agent
