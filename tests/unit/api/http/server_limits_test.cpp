#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "api/http/answer_limit.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// Bad input, and what happens at each bound.
namespace weft::api {
namespace {

using std::chrono::milliseconds;

double refusals(TestServer& server, Refusal reason) {
    return server.metrics().refusals(reason);
}

TEST(HttpServerLimits, MalformedRequestIsAnsweredAndClosed) {
    TestServer server;
    RawClient client = server.connect();
    client.send("nonsense\r\n\r\nGET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n");
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "400 Bad Request");
    EXPECT_EQ(answer->header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(refusals(server, Refusal::Malformed), 1);
}

TEST(HttpServerLimits, LargeHeaderIs431) {
    HttpConfig config = TestServer::local();
    config.max_header_bytes = 1024;
    TestServer server({}, config);
    RawClient client = server.connect();
    client.get("/v1/echo", "X: " + std::string(2000, 'x') + "\r\n");
    EXPECT_EQ(client.answer()->status, 431);
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(refusals(server, Refusal::Header), 1);
}

TEST(HttpServerLimits, LargeBodyIs413EvenWhileTheClientSends) {
    HttpConfig config = TestServer::local();
    config.max_body_bytes = 1000;
    TestServer server({}, config);
    RawClient client = server.connect();
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    client.send(std::string(900'000, 'x'));
    auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(answer->body, "Request body too large, max size: 1000 bytes");
    EXPECT_EQ(refusals(server, Refusal::Body), 1);
}

TEST(HttpServerLimits, TooLargeAnAnswerIsRefused) {
    const auto read = [](const Request&) -> WorkerOutcome {
        CatalogQuery query;
        query.watch = {agent::WatchKind::Nodes, {}};
        query.render = [](const agent::View&) -> Result<std::string> {
            return std::string(kMaxAnswerBytes + 1, ' ');
        };
        return query;
    };
    TestServer server({{"/v1/large", {{"GET", WorkerHandler(read)}}, {}}});
    const ClientAnswer refused = server.get("/v1/large");
    EXPECT_EQ(refused.status, 500);
    EXPECT_EQ(refused.body,
              "The answer would be larger than 256 MiB: ask for less, with a filter or node by "
              "node");
    EXPECT_EQ(refusals(server, Refusal::Answer), 1);
}

// Consul's words, with the option that says how much may come.
TEST(HttpServerLimits, LargeValuesAreRefusedAsByConsul) {
    HttpConfig config = TestServer::local();
    config.max_body_bytes = 1000;
    TestServer server({}, config);
    for (const auto& [path, option] :
         {std::pair("/v1/kv/a", "kv_max_value_size"), std::pair("/v1/txn", "txn_max_req_len")}) {
        RawClient client = server.connect();
        client.send(std::string("PUT ") + path +
                    " HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
        const auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 413);
        EXPECT_EQ(answer->body,
                  std::string("Request body(1001 bytes) too large, max size: 1000 bytes. See "
                              "https://www.consul.io/docs/agent/options.html#") +
                      option + ".");
    }
}

TEST(HttpServerLimits, SlowRequestIs408) {
    HttpConfig config = TestServer::local();
    config.header_timeout = milliseconds(50);
    TestServer server({}, config);
    RawClient client = server.connect();
    client.send("GET /v1/echo HTTP/1.1\r\nHost: ");
    EXPECT_EQ(client.answer()->status, 408);
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(refusals(server, Refusal::Timeout), 1);
}

// A head has so long in all, a body between its pieces.
TEST(HttpServerLimits, ABodyMayTakeLongerThanAHead) {
    HttpConfig config = TestServer::local();
    config.header_timeout = milliseconds(1000);
    TestServer server({}, config);
    RawClient client = server.connect();
    const auto start = std::chrono::steady_clock::now();
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        std::this_thread::sleep_until(start + milliseconds(40) * (i + 1));
        client.send("x");
    }
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::string(30, 'x'));
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nx");
    EXPECT_EQ(client.answer()->status, 408);
}

TEST(HttpServerLimits, IdleConnectionIsClosed) {
    HttpConfig config = TestServer::local();
    config.idle_timeout = milliseconds(50);
    TestServer server({}, config);
    RawClient client = server.connect();
    client.get("/v1/echo");
    EXPECT_EQ(client.answer()->status, 200);
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpServerLimits, ClientThatDoesNotReadIsDropped) {
    HttpConfig config = TestServer::local();
    config.write_timeout = milliseconds(50);
    Route large{"/v1/large", {}, ""};
    large.methods.emplace_back("GET", WorkerHandler([](const Request&) -> WorkerOutcome {
                                   return Response::text(200, std::string(32 << 20, 'l'));
                               }));
    TestServer server({large}, config);
    RawClient client = server.connect();
    client.get("/v1/large");
    EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
}

TEST(HttpServerLimits, TooManyConnectionsOfOneClientAre429) {
    HttpConfig config = TestServer::local();
    config.max_connections_per_client = 2;
    TestServer server({}, config);
    {
        RawClient first = server.connect();
        RawClient second = server.connect();
        ASSERT_TRUE(eventually([&] { return server.metrics().connections.Value() == 2; }));
        RawClient third = server.connect();
        auto answer = third.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 429);
        EXPECT_EQ(answer->body,
                  "Too many connections from this address: limits.http_max_conns_per_client is 2");
        EXPECT_EQ(refusals(server, Refusal::ClientConnections), 1);
        first.get("/v1/echo");
        EXPECT_EQ(first.answer()->status, 200);
    }
    EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
    EXPECT_EQ(server.get("/v1/echo").status, 200);
}

TEST(HttpServerLimits, TooManyConnectionsInAllAre503) {
    HttpConfig config = TestServer::local();
    config.max_connections = 1;
    TestServer server({}, config);
    RawClient first = server.connect();
    ASSERT_TRUE(eventually([&] { return server.metrics().connections.Value() == 1; }));
    EXPECT_EQ(server.connect().answer()->status, 503);
    EXPECT_EQ(refusals(server, Refusal::TotalConnections), 1);
}

TEST(HttpServerLimits, TooManyBlockingQueriesAre429) {
    HttpConfig config = TestServer::local();
    config.max_waiting_queries = 1;
    TestServer server({}, config);
    std::string index = std::to_string(server.register_service("n1", "web", 80));
    RawClient first = server.connect();
    first.get("/v1/services/web?index=" + index);
    server.wait_until_waiting(1);
    auto answer = server.get("/v1/services/web?index=" + index);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.body, "Too many blocking queries: the limit is 1");
    EXPECT_EQ(refusals(server, Refusal::Waiters), 1);
}

TEST(HttpServerLimits, ExhaustedDescriptorsPauseAccepting) {
    TestServer server;
    RawClient client = server.connect();
    client.get("/v1/echo");
    ASSERT_EQ(client.answer()->status, 200);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    std::optional<RawClient> waiting;
    {
        // The next two numbers: one for the client's end, none for the server's.
        int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
        close(next);
        rlimit tight = before;
        tight.rlim_cur = static_cast<rlim_t>(next) + 1;
        setrlimit(RLIMIT_NOFILE, &tight);
        waiting.emplace(server.connect());
        EXPECT_TRUE(eventually([&] { return refusals(server, Refusal::Descriptors) >= 1; }));
        client.get("/v1/echo");
        EXPECT_EQ(client.answer()->status, 200) << "open connections are served on";
    }
    setrlimit(RLIMIT_NOFILE, &before);
    waiting->get("/v1/echo");
    EXPECT_EQ(waiting->answer()->status, 200);
}

}  // namespace
}  // namespace weft::api
