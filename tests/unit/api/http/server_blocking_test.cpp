#include <gtest/gtest.h>

#include <atomic>

#include "api/http/long_poll.hpp"
#include "api/http/routes.hpp"
#include "tests/unit/api/http/fakes.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// Catalog queries over real sockets, with a real catalog.
namespace weft::api {
namespace {

std::string poll(std::uint64_t index, std::string_view wait = "20s",
                 std::string_view service = "web") {
    return "/v1/services/" + std::string(service) + "?index=" + std::to_string(index) +
           "&wait=" + std::string(wait);
}

TEST(HttpBlocking, ReadsSayTheirIndexAndConsistency) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    auto answer = server.get("/v1/services/web");
    EXPECT_EQ(answer.body, "[80]");
    EXPECT_EQ(answer.header("X-Consul-Index"), std::to_string(index));
    EXPECT_EQ(answer.header("X-Consul-Knownleader"), "true");
    EXPECT_EQ(answer.header("X-Consul-Lastcontact"), "0");
    EXPECT_EQ(answer.header("X-Consul-Effective-Consistency"), "leader");
    EXPECT_EQ(server.get("/v1/services/web?stale=").header("X-Consul-Effective-Consistency"),
              "stale");
    EXPECT_EQ(server.get("/v1/services/none").body, "[]");
    EXPECT_NE(server.get("/v1/services/none").header("X-Consul-Index"), "0");
}

TEST(HttpBlocking, AnswersWhenItsResultChangesAndNotBefore) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    RawClient client = server.connect();
    client.get(poll(index));
    server.wait_until_waiting(1);
    server.register_service("n1", "db", 81);
    server.register_service("n1", "web", 80);
    EXPECT_TRUE(client.is_silent());
    std::uint64_t later = server.register_service("n2", "web", 82);
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "[80,82]");
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(later));
    server.wait_until_waiting(0);
}

TEST(HttpBlocking, IndexThatHasPassedIsAnsweredAtOnce) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    EXPECT_EQ(server.get(poll(index - 1)).body, "[80]");
    EXPECT_EQ(server.get(poll(0)).body, "[80]");
}

TEST(HttpBlocking, TimeOutGivesTheSameIndex) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    auto before = std::chrono::steady_clock::now();
    auto answer = server.get(poll(index, "100ms"));
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(100));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "[80]");
    EXPECT_EQ(answer.header("X-Consul-Index"), std::to_string(index));
    EXPECT_EQ(server.get(poll(index + 100, "50ms")).status, 200)
        << "an index from the future waits";
}

TEST(HttpBlocking, ClientThatLeavesIsForgotten) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    for (bool reset : {false, true}) {
        RawClient client = server.connect();
        client.get(poll(index));
        server.wait_until_waiting(1);
        if (reset) {
            client.reset();
        } else {
            client.finish_sending();
        }
        server.wait_until_waiting(0);
        EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
    }
}

TEST(HttpBlocking, RequestsSentAheadWaitTheirTurn) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    RawClient client = server.connect();
    client.get(poll(index));
    server.wait_until_waiting(1);
    client.get("/v1/services/none");
    EXPECT_TRUE(client.is_silent());
    server.register_service("n1", "web", 90);
    EXPECT_EQ(client.answer()->body, "[90]");
    EXPECT_EQ(client.answer()->body, "[]");
}

TEST(HttpBlocking, ManyWaitersOfOneServiceAreAllAnswered) {
    HttpConfig config = TestServer::local();
    config.max_connections_per_client = 0;
    TestServer server({}, config);
    std::uint64_t index = server.register_service("n1", "web", 80);
    std::vector<RawClient> clients;
    constexpr int kClients = 300;
    for (int i = 0; i < kClients; ++i) {
        clients.push_back(server.connect());
        clients.back().get(poll(index));
    }
    server.wait_until_waiting(kClients);
    server.register_service("n1", "web", 81);
    for (RawClient& client : clients) ASSERT_EQ(client.answer()->body, "[81]");
    EXPECT_GE(server.metrics().cache_hits.Value(), kClients - 2) << "rendered once for all";
}

TEST(HttpBlocking, GracefulEndAnswersWhoWaits) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    RawClient waiting = server.connect();
    waiting.get(poll(index));
    RawClient idle = server.connect();
    idle.get("/v1/echo");
    EXPECT_EQ(idle.answer()->status, 200);
    server.wait_until_waiting(1);
    server.close(true);
    auto answer = waiting.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "[80]");
    EXPECT_EQ(answer->header("Connection"), "close");
    EXPECT_TRUE(waiting.is_closed_by_server());
    EXPECT_TRUE(idle.is_closed_by_server());
}

// GET /v1/patient: waits until its LongPoll ends.
std::vector<Route> patient_route(std::atomic<int>& waiting) {
    ControlHandler handler{[&waiting](std::shared_ptr<const Request> request, Respond respond) {
        ++waiting;
        request->long_poll->on_end([&waiting, respond] {
            --waiting;
            respond(Response::json("[]"));
        });
    }};
    return {{"/v1/patient", {{"GET", std::move(handler)}}, "patient"}};
}

TEST(HttpBlocking, AnAbandonedLongPollEnds) {
    std::atomic<int> waiting = 0;
    TestServer server(patient_route(waiting));
    for (bool reset : {false, true}) {
        RawClient client = server.connect();
        client.get("/v1/patient");
        EXPECT_TRUE(eventually([&] { return waiting == 1; }));
        if (reset) {
            client.reset();
        } else {
            client.finish_sending();
            EXPECT_EQ(client.answer()->body, "[]") << "it may still be reading";
        }
        EXPECT_TRUE(eventually([&] { return waiting == 0; }));
        EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
    }
}

TEST(HttpBlocking, GracefulEndAnswersLongPolls) {
    std::atomic<int> waiting = 0;
    TestServer server(patient_route(waiting));
    RawClient client = server.connect();
    client.get("/v1/patient");
    EXPECT_TRUE(eventually([&] { return waiting == 1; }));
    server.close(true);
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "[]");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpBlocking, ChangeBetweenTheLookAndTheWaitIsNotMissed) {
    TestServer server;
    const std::uint64_t index = server.register_service("n1", "web", 80);
    std::uint64_t later = 0;
    server.after_next_view([&] { later = server.register_service("n1", "web", 81); });
    RawClient client = server.connect();
    client.get(poll(index));
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(later));
}

TEST(HttpBlocking, ClientThatBreaksBehindItsNextRequestIsForgotten) {
    TestServer server;
    const std::uint64_t index = server.register_service("n1", "web", 80);
    RawClient client = server.connect();
    client.get(poll(index));
    server.wait_until_waiting(1);
    client.get(poll(index));
    EXPECT_TRUE(client.is_silent());
    client.reset();
    server.wait_until_waiting(0);
    EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
}

// GET /v1/first/<name>: the port of its first instance.
WorkerOutcome first_port(const Request& request) {
    CatalogQuery query;
    query.watch = {agent::WatchKind::Service, request.rest};
    query.shows_consistency = false;
    query.render = [name = request.rest](const agent::View& view) -> Result<std::string> {
        const auto instances = view.instances(name);
        if (instances.empty()) return make_error(Errc::NotFound, "no " + name);
        return std::to_string(instances.front().service->port);
    };
    return query;
}

TEST(HttpBlocking, WhatIsNotThereCanBeWaitedFor) {
    TestServer server({Route{"/v1/first/", {{"GET", WorkerHandler(first_port)}}, "first"}});
    auto missing = server.get("/v1/first/web");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, "no web");
    EXPECT_EQ(missing.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(missing.header("X-Consul-Index"), "1");
    EXPECT_EQ(missing.header("X-Consul-Knownleader"), "true");

    EXPECT_EQ(server.get("/v1/first/web?index=1&wait=50ms").status, 404);
    RawClient client = server.connect();
    client.get("/v1/first/web?index=1&wait=20s");
    server.wait_until_waiting(1);
    server.register_service("n1", "db", 81);
    EXPECT_TRUE(client.is_silent());
    server.register_service("n1", "web", 80);
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "80");
}

TEST(HttpBlocking, RestoreWakesEverybody) {
    TestServer server;
    std::uint64_t index = server.register_service("n1", "web", 80);
    RawClient client = server.connect();
    client.get(poll(index));
    server.wait_until_waiting(1);
    server.server().catalog_changed(nullptr);
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST(HttpBlocking, BadParametersAndForeignPlacesAreRefused) {
    TestServer server;
    EXPECT_EQ(server.get("/v1/services/web?wait=abc").body, "Invalid wait time");
    EXPECT_EQ(server.get("/v1/services/web?index=-1").status, 400);
    auto mars = server.get("/v1/services/web?dc=mars");
    EXPECT_EQ(mars.status, 500);
    EXPECT_EQ(mars.body, "No path to datacenter");
    EXPECT_EQ(mars.header("X-Consul-Knownleader"), "false");
    EXPECT_EQ(mars.header("X-Consul-Index"), "1");
    EXPECT_EQ(mars.header("X-Consul-Effective-Consistency"), "");
    EXPECT_EQ(server.get("/v1/services/web?dc=dc1").status, 200);
    auto space = server.get("/v1/services/web?ns=team");
    EXPECT_EQ(space.status, 400);
    EXPECT_EQ(space.body,
              "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise "
              "feature");
}

TEST(HttpBlocking, WithoutLeaderOnlyStaleReadsAreServed) {
    TestServer server;
    server.set_leader(false);
    auto refused = server.get("/v1/services/web");
    EXPECT_EQ(refused.status, 500);
    EXPECT_EQ(refused.body, "No cluster leader");
    auto stale = server.get("/v1/services/web?stale");
    EXPECT_EQ(stale.status, 200);
    EXPECT_EQ(stale.header("X-Consul-Knownleader"), "false");
}

TEST(HttpBlocking, CachedReadsSayWhetherTheyWereAskedBefore) {
    TestServer server;
    auto miss = server.get("/v1/services/web?cached");
    EXPECT_EQ(miss.header("X-Cache"), "MISS");
    EXPECT_EQ(miss.header("Age"), "");
    auto hit = server.get("/v1/services/web?cached");
    EXPECT_EQ(hit.header("X-Cache"), "HIT");
    EXPECT_EQ(hit.header("Age"), "0");
    EXPECT_EQ(server.get("/v1/services/web").header("X-Cache"), "");
    EXPECT_EQ(
        server.get("/v1/services/web?cached", "Cache-Control: max-age=0\r\n").header("X-Cache"),
        "MISS");
}

TEST(HttpBlocking, RenderedAnswersAreKeptUntilTheResultChanges) {
    TestServer server;
    server.register_service("n1", "web", 80);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(server.get("/v1/services/web").body, "[80]");
    EXPECT_EQ(server.metrics().cache_misses.Value(), 1);
    EXPECT_EQ(server.metrics().cache_hits.Value(), 2);
    server.register_service("n1", "web", 81);
    EXPECT_EQ(server.get("/v1/services/web").body, "[81]");
    auto packed = server.get("/v1/services/web?pretty", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_GT(server.metrics().cache_bytes.Value(), 0);
}

// The real endpoint, over sockets.
class HealthServer {
public:
    TestServer& operator*() { return server_; }
    TestServer* operator->() { return &server_; }

private:
    std::vector<Route> routes() {
        auto all = make_routes(
            {writer_, writer_, sessions_, snapshots_, local_, ring_, control_, timers_, {}, {}});
        std::erase_if(all,
                      [](const Route& route) { return route.pattern != "/v1/health/service/"; });
        return all;
    }

    testing::FakeCatalog writer_;
    testing::FakeSessionTimes sessions_;
    testing::FakeSnapshots snapshots_;
    testing::FakeLocalServices local_;
    testing::FakeRing ring_;
    testing::FakeControl control_;
    testing::FakeTimers timers_;
    TestServer server_{routes()};
};

TEST(HttpBlocking, PassingQueriesWakeWhenTheRingLosesANode) {
    HealthServer server;
    server->register_service("n1", "web", 80);
    const std::uint64_t index = server->register_service("n2", "web", 81);
    const std::string service = "/v1/health/service/web?wait=20s";
    ASSERT_NE(server->get(service + "&passing").body.find("n2"), std::string::npos);  // now kept
    RawClient passing = server->connect();
    RawClient plain = server->connect();
    passing.get(service + "&passing&index=" + std::to_string(index));
    plain.get(service + "&index=" + std::to_string(index));
    server->wait_until_waiting(2);

    server->hold({{"n2", agent::Liveness::Absent}});
    const auto answer = passing.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.find("n2"), std::string::npos);
    EXPECT_NE(answer->body.find("n1"), std::string::npos);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(index + 1));
    EXPECT_TRUE(plain.is_silent()) << "its answer is the same";

    // Whoever was not waiting when it happened is told by the index that it brings.
    EXPECT_EQ(server->get(service + "&passing&index=" + std::to_string(index)).body, answer->body);

    passing.get(service + "&passing&index=" + std::to_string(index + 1));
    server->wait_until_waiting(2);
    server->hold({});
    EXPECT_NE(passing.answer()->body.find("n2"), std::string::npos);
}

}  // namespace
}  // namespace weft::api
