#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "api/http/connection_placement.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// What every request goes through, over real sockets.
namespace weft::api {
namespace {

Route route(std::string pattern, std::string method, Handler handler) {
    return {std::move(pattern), {{std::move(method), std::move(handler)}}, ""};
}

TEST(HttpServer, KeepsTheConnectionOverRequests) {
    TestServer server;
    RawClient client = server.connect();
    for (int i = 0; i < 3; ++i) {
        client.get("/v1/echo");
        auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "{\"a\":[1]}");
        EXPECT_EQ(answer->header("Content-Type"), "application/json");
        EXPECT_EQ(answer->header("Vary"), "Accept-Encoding");
        EXPECT_NE(answer->header("Date"), "");
    }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    TestServer server;
    RawClient client = server.connect();
    std::string all;
    constexpr int kRequests = 200;
    for (int i = 0; i < kRequests; ++i) {
        std::string body = std::to_string(i);
        all += fmt::format("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}",
                           body.size(), body);
    }
    client.send(all);
    for (int i = 0; i < kRequests; ++i) ASSERT_EQ(client.answer()->body, std::to_string(i));
}

TEST(HttpServer, ReadsRequestsThatComeInPieces) {
    TestServer server;
    RawClient client = server.connect();
    std::string body(20'000, 'b');
    std::string request = fmt::format(
        "PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
    for (std::size_t at = 0; at < request.size();) {
        std::size_t size = at < 80 ? 1 : 3'000;
        client.send(std::string_view(request).substr(at, size));
        at += size;
    }
    EXPECT_EQ(client.answer()->body, body);
}

TEST(HttpServer, SendsContinueToWhoWaitsForIt) {
    TestServer server;
    RawClient client = server.connect();
    client.send(
        "PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    EXPECT_EQ(client.answer()->body, "hi");
}

TEST(HttpServer, Http10ClosesUnlessAsked) {
    TestServer server;
    RawClient client = server.connect();
    client.send("GET /v1/echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.answer()->header("Connection"), "keep-alive");
    client.send("GET /v1/echo HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.answer()->header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpServer, MethodsAreToldAndRefused) {
    TestServer server;
    RawClient client = server.connect();
    client.send("OPTIONS /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n");
    auto options = client.answer();
    EXPECT_EQ(options->status, 200);
    EXPECT_EQ(options->header("Allow"), "OPTIONS,GET,PUT");
    EXPECT_EQ(options->header("Content-Type"), "");
    client.send("POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    auto post = client.answer();
    EXPECT_EQ(post->status, 405);
    EXPECT_EQ(post->header("Allow"), "OPTIONS,GET,PUT");
    EXPECT_EQ(post->header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(post->body, "method POST not allowed");
    client.send("HEAD /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n");
    auto head = client.answer(false);
    EXPECT_EQ(head->status, 405);
    EXPECT_EQ(head->header("Content-Length"), "23");
    client.get("/v1/echo");
    EXPECT_EQ(client.answer()->status, 200) << "HEAD sent no body";
}

TEST(HttpServer, PathsThatAreNotThere) {
    TestServer server;
    auto unknown = server.get("/v1/nope");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.body, "");
    EXPECT_EQ(unknown.header("Content-Type"), "");
    EXPECT_EQ(server.get("/").body, "Consul Agent");
    EXPECT_EQ(server.get("/v1/services/%07").status, 400);
    EXPECT_EQ(server.get("/v1/services/%zz").body, "400 Bad Request");
    auto moved = server.get("/v1//echo?a=b");
    EXPECT_EQ(moved.status, 301);
    EXPECT_EQ(moved.header("Location"), "/v1/echo?a=b");
    EXPECT_EQ(moved.body, "<a href=\"/v1/echo?a=b\">Moved Permanently</a>.\n\n");
}

TEST(HttpServer, PrettyAndGzipWhenAsked) {
    TestServer server;
    EXPECT_EQ(server.get("/v1/echo?pretty").body, "{\n    \"a\": [\n        1\n    ]\n}\n");
    auto packed = server.get("/v1/echo", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_EQ(packed.body.substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(server.get("/v1/nope", "Accept-Encoding: gzip\r\n").header("Content-Encoding"), "");
}

TEST(HttpServer, ConfiguredHeadersBlocksAndNetworks) {
    HttpConfig config = TestServer::local();
    config.response_headers = {{"X-Golden", "yes"}};
    config.block_endpoints = {"/v1/services"};
    config.allow_write_cidrs = {"10.0.0.0/8"};
    TestServer server({}, config);
    EXPECT_EQ(server.get("/v1/echo").header("X-Golden"), "yes");
    EXPECT_EQ(server.get("/v1/nope").header("X-Golden"), "");
    auto blocked = server.get("/v1/services/web");
    EXPECT_EQ(blocked.status, 403);
    EXPECT_EQ(blocked.body, "Endpoint is blocked by agent configuration");
    RawClient client = server.connect();
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.answer()->body, "Access is restricted");

    config.response_headers = {{"X-Golden", "changed"}};
    config.allow_write_cidrs = {};
    ASSERT_TRUE(server.server().reconfigure(config));
    EXPECT_TRUE(eventually([&] { return server.get("/v1/echo").header("X-Golden") == "changed"; }));
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 200);
}

TEST(HttpServer, ARepeatedReadFollowsCatalogLeaderConfigurationAndHeaders) {
    HttpConfig config = TestServer::local();
    TestServer server({}, config);
    const std::string target = "/v1/services/web";
    const std::string empty = server.get(target).body;
    server.register_service("n1", "web", 80);
    EXPECT_NE(server.get(target).body, empty);
    EXPECT_EQ(server.get(target, "Accept-Encoding: gzip\r\n").header("Content-Encoding"), "gzip");
    EXPECT_EQ(server.get(target).header("Content-Encoding"), "");
    EXPECT_EQ(server.get(target, "X-Consul-Namespace: a\r\n").status, 400);
    EXPECT_EQ(server.get(target, "Cache-Control: max-age=x\r\n").status, 400);
    server.set_leader(false);
    EXPECT_EQ(server.get(target).body, "No cluster leader");
    server.set_leader(true);
    EXPECT_EQ(server.get(target).status, 200);
    config.block_endpoints = {"/v1/services"};
    ASSERT_TRUE(server.server().reconfigure(config));
    EXPECT_TRUE(eventually([&] { return server.get(target).status == 403; }));
}

TEST(HttpServer, ARepeatedReadIsMadeOnceButForAFilter) {
    std::atomic<int> made = 0;
    WorkerHandler read = [&made](const Request&) -> WorkerOutcome {
        ++made;
        CatalogQuery query;
        query.watch = {agent::WatchKind::Nodes, {}};
        query.render = [](const agent::View&) -> Result<std::string> { return std::string("[]"); };
        return query;
    };
    TestServer server({{"/v1/read", {{"GET", std::move(read)}}, {}}});
    RawClient client = server.connect();
    const auto ask_twice = [&](std::string_view target) {
        made = 0;
        for (int i = 0; i < 2; ++i) {
            client.get(target);
            EXPECT_EQ(client.answer().value_or(ClientAnswer{}).body, "[]");
        }
        return made.load();
    };
    EXPECT_EQ(ask_twice("/v1/read?tag=a"), 1);
    EXPECT_EQ(ask_twice("/v1/read?filter=Node"), 2) << "a compiled filter may be large";
}

TEST(HttpServer, ManyConnectionsAreServedByAllWorkersAndClosedWithThem) {
    auto thread_name = [](const Request&) -> WorkerOutcome {
        return Response::text(
            200, fmt::format("{}", std::hash<std::thread::id>()(std::this_thread::get_id())));
    };
    TestServer server({route("/v1/thread", "GET", WorkerHandler(thread_name))});
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < 3 * ConnectionPlacement::kBlock; ++i) {
        clients.push_back(server.connect());
    }
    std::map<std::string, std::size_t> served;  // by thread
    for (RawClient& client : clients) client.get("/v1/thread");
    for (RawClient& client : clients) ++served[client.answer()->body];
    ASSERT_EQ(served.size(), 2u);
    // The first worker fills a block, then the second, then the first again.
    constexpr std::size_t kBlock = ConnectionPlacement::kBlock;
    EXPECT_EQ(std::min(served.begin()->second, served.rbegin()->second), kBlock);
    // Some of these are still on their way to the second worker.
    for (int i = 0; i < 20; ++i) clients.push_back(server.connect());
    server.close(true);
    for (RawClient& client : clients) EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpServer, EndpointsMayAnswerLaterFromAnyThread) {
    std::thread thread;
    auto later = [&thread](std::shared_ptr<const Request> request, Respond respond) {
        thread = std::thread([request, respond] {
            respond(Response::text(200, request->path + " for " + request->client_address));
        });
    };
    auto control = [](std::shared_ptr<const Request>, Respond respond) {
        respond(Response::text(200, "from control"));
    };
    {
        TestServer server({route("/v1/later", "GET", AsyncHandler(later)),
                           route("/v1/control", "GET", ControlHandler{control})});
        RawClient client = server.connect();
        client.send(
            "GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/control HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.answer()->body, "/v1/later for 127.0.0.1");
        EXPECT_EQ(client.answer()->body, "from control");
    }
    thread.join();
}

TEST(HttpServer, ClientThatFinishedSendingIsStillAnswered) {
    Respond kept;
    std::atomic<bool> asked{false};
    auto keep = [&](std::shared_ptr<const Request>, Respond respond) {
        kept = std::move(respond);
        asked = true;
    };
    TestServer server({route("/v1/later", "GET", ControlHandler{keep})});
    RawClient client = server.connect();
    client.get("/v1/later");
    client.finish_sending();
    ASSERT_TRUE(eventually([&] { return asked.load(); }));
    kept(Response::text(200, "late"));
    EXPECT_EQ(client.answer()->body, "late");
    EXPECT_TRUE(client.is_closed_by_server());
    kept = nullptr;
}

TEST(HttpServer, WhoForgetsOrThrowsAnswers500) {
    auto forgets = [](std::shared_ptr<const Request>, Respond) {};
    auto throws = [](const Request&) -> WorkerOutcome { throw std::runtime_error("broken"); };
    auto throws_later = [](std::shared_ptr<const Request>, Respond) {
        throw std::runtime_error("broken later");
    };
    TestServer server({route("/v1/forgets", "GET", ControlHandler{forgets}),
                       route("/v1/throws", "GET", WorkerHandler(throws)),
                       route("/v1/throws-later", "GET", ControlHandler{throws_later})});
    RawClient client = server.connect();
    for (auto [path, text] :
         {std::pair("/v1/throws", "broken"), std::pair("/v1/throws-later", "broken later"),
          std::pair("/v1/forgets", "the request was dropped without an answer")}) {
        client.get(path);
        auto answer = client.answer();
        ASSERT_TRUE(answer) << path;
        EXPECT_EQ(answer->status, 500);
        EXPECT_EQ(answer->body, text);
    }
}

TEST(HttpServer, WhatEndpointsThrowIsLoggedWithTheirPath) {
    std::atomic<bool> broken{false};
    auto query = [&](const Request&) -> WorkerOutcome {
        CatalogQuery read;
        read.render = [&](const agent::View&) -> Result<std::string> {
            if (broken) throw std::runtime_error("broken query");
            return std::string("[]");
        };
        return read;
    };
    auto later = [](std::shared_ptr<const Request>, Respond respond) {
        respond(Response::thrown(std::runtime_error("broken later")));
    };
    TestServer server({route("/v1/query", "GET", WorkerHandler(query)),
                       route("/v1/later", "GET", AsyncHandler(later))});
    RawClient client = server.connect();
    client.get("/v1/query?token=secret");
    EXPECT_EQ(client.answer()->status, 200);
    broken = true;
    for (auto target : {"/v1/query?token=secret", "/v1/later"}) {
        client.get(target);
        EXPECT_EQ(client.answer()->status, 500);
    }
    const std::vector<std::string> lines = server.log();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_NE(lines[0].find("method=GET path=/v1/query error=\"broken query\""), std::string::npos)
        << lines[0];
    EXPECT_NE(lines[1].find("method=GET path=/v1/later error=\"broken later\""), std::string::npos)
        << lines[1];
}

TEST(HttpServer, SlowReaderGetsItAll) {
    auto large = [](const Request&) -> WorkerOutcome {
        return Response::text(200, std::string(16 << 20, 'l'));
    };
    TestServer server({route("/v1/large", "GET", WorkerHandler(large))});
    RawClient client = server.connect();
    client.get("/v1/large");
    client.get("/v1/echo");
    std::this_thread::yield();
    EXPECT_EQ(client.answer()->body.size(), 16u << 20);
    EXPECT_EQ(client.answer()->status, 200);
}

TEST(HttpServer, StreamsFlushEachLineAndEndWithTheClient) {
    std::shared_ptr<Stream> stream;
    std::atomic<int> ended{0};
    std::atomic<int> begun{0};
    auto open = [&](const Request&,
                    std::shared_ptr<Stream> made) -> std::variant<Response, std::shared_ptr<void>> {
        stream = std::move(made);
        ++begun;
        return std::shared_ptr<void>(&ended,
                                     [](void* count) { ++*static_cast<std::atomic<int>*>(count); });
    };
    TestServer server({route("/v1/monitor", "GET", StreamHandler(open))});
    {
        RawClient client = server.connect();
        client.get("/v1/monitor");
        std::string head = client.until("\r\n\r\n");
        EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
        EXPECT_TRUE(stream->write("one\n"));
        EXPECT_EQ(client.until("one\n\r\n"), "4\r\none\n\r\n");
        EXPECT_TRUE(stream->write("two\n"));
        EXPECT_EQ(client.until("two\n\r\n"), "4\r\ntwo\n\r\n");
    }
    EXPECT_TRUE(eventually([&] { return ended == 1; }));
    EXPECT_FALSE(stream->write("three\n"));
    {
        RawClient client = server.connect();
        client.get("/v1/monitor");
        ASSERT_NE(client.until("\r\n\r\n"), "");
        std::string line(64 * 1024, 'x');
        int written = 0;
        while (stream->write(line) && written < 10'000) ++written;
        EXPECT_LT(written, 10'000) << "a client that does not read must not be written to for ever";
        EXPECT_GE(server.metrics().stream_lines_dropped.Value(), 1);
    }
    EXPECT_TRUE(eventually([&] { return ended == 2; }));
}

}  // namespace
}  // namespace weft::api
