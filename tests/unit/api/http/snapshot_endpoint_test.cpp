#include <gmock/gmock.h>

#include <algorithm>

#include "api/http/endpoints.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// Snapshots over HTTP: the endpoint over fakes, then bodies of any size over sockets.
namespace weft::api {
namespace {

using testing::EndpointFixture;
using testing::FakeSnapshots;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SnapshotEndpoint, SavesWithTheHeadersOfConsul) {
    EndpointFixture fixture;
    const auto saved = fixture.call("GET /v1/snapshot");
    ASSERT_TRUE(saved);
    EXPECT_EQ(saved->status, 200);
    EXPECT_EQ(saved->content_type, "application/x-gzip");
    EXPECT_EQ(saved->body, "snapshot");
    using Header = std::pair<std::string, std::string>;
    EXPECT_THAT(saved->headers, ::testing::ElementsAre(Header{"X-Consul-Index", "7"},
                                                       Header{"X-Consul-KnownLeader", "true"},
                                                       Header{"X-Consul-LastContact", "0"}));
    EXPECT_EQ(fixture.call("GET /v1/snapshot?dc=other")->body, "No path to datacenter");
    fixture.snapshots.refusal = make_error(Errc::Limit, "too many");
    const auto refused = fixture.call("GET /v1/snapshot");
    EXPECT_EQ(refused->status, 429);
    EXPECT_EQ(refused->refusal, Refusal::Snapshots);
}

TEST(SnapshotEndpoint, RestoresTheBody) {
    EndpointFixture fixture;
    const auto restored = fixture.call("PUT /v1/snapshot", "file");
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->status, 200);
    EXPECT_EQ(restored->body, "");
    EXPECT_TRUE(restored->headers.empty());
    EXPECT_THAT(fixture.snapshots.restored, ::testing::ElementsAre("file"));
    fixture.snapshots.skipped = 3;
    using Header = std::pair<std::string, std::string>;
    EXPECT_THAT(fixture.call("PUT /v1/snapshot", "file")->headers,
                ::testing::ElementsAre(Header{"X-Weft-Rows-Skipped", "3"}));
    fixture.snapshots.refusal = make_error(Errc::Corrupt, "damaged");
    EXPECT_EQ(fixture.call("PUT /v1/snapshot", "file")->status, 500);
    EXPECT_EQ(fixture.call("PUT /v1/snapshot", "file")->body, "damaged");
    fixture.snapshots.refusal = make_error(Errc::Unavailable, "another one");
    EXPECT_EQ(fixture.call("PUT /v1/snapshot", "file")->status, 429);
}

// Gives so many pieces of 64 KiB, or fails at the last.
class LongBody final : public BodySource {
public:
    LongBody(int pieces, bool fails) : left_(pieces), fails_(fails) {}

    void next(std::function<void(Result<std::string>)> done) override {
        if (left_-- > 0) return done(std::string(65536, 'x'));
        if (fails_) return done(make_error(Errc::Io, "lost"));
        done(std::string());
    }

private:
    int left_;
    bool fails_;
};

std::vector<Route> transfer_routes() {
    const auto download = [](const Request& request) -> WorkerOutcome {
        Response head;
        head.content_type = "application/x-gzip";
        return Download{std::move(head), std::make_shared<LongBody>(100, request.has("fails"))};
    };
    const auto sized = [](std::shared_ptr<const Request> request, Respond respond) {
        respond(Response::text(200, std::to_string(request->body.size())));
    };
    return {{"/v1/snapshot", {{"GET", WorkerHandler(download)}, {"PUT", AsyncHandler(sized)}}, {}}};
}

HttpConfig small_bodies() {
    HttpConfig config = TestServer::local();
    config.max_body_bytes = 1000;
    config.max_snapshot_bytes = 1'000'000;
    return config;
}

TEST(HttpTransfer, SendsAnAnswerThatIsMadeMeanwhile) {
    TestServer server(transfer_routes());
    RawClient client = server.connect();
    client.get("/v1/snapshot", "Accept-Encoding: gzip\r\n");
    const std::string answer = client.until("\r\n0\r\n\r\n");
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding"))) << "it is packed already";
    const std::size_t head = answer.find("\r\n\r\n");
    EXPECT_EQ(std::count(answer.begin() + static_cast<long>(head), answer.end(), 'x'), 6'553'600);
    client.get("/v1/echo");
    EXPECT_EQ(client.answer()->status, 200) << "the connection goes on";
}

TEST(HttpTransfer, CutsOffWhatCannotBeFinished) {
    TestServer server(transfer_routes());
    RawClient client = server.connect();
    client.get("/v1/snapshot?fails");
    EXPECT_EQ(client.until("\r\n0\r\n\r\n"), "") << "no last chunk";
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpTransfer, AnOldClientGetsItToTheEndOfTheConnection) {
    TestServer server(transfer_routes());
    RawClient client = server.connect();
    client.send("GET /v1/snapshot HTTP/1.0\r\n\r\n");
    EXPECT_THAT(client.until("xxxx"), Not(HasSubstr("chunked")));
    while (!client.until("x").empty()) continue;
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpTransfer, TakesALargeBodyOnThatPathAlone) {
    TestServer server(transfer_routes(), small_bodies());
    RawClient client = server.connect();
    client.send("PUT /v1/snapshot?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    client.send(std::string(900'000, 'x'));
    EXPECT_EQ(client.answer()->body, "900000");
    client.send("PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 413);
}

TEST(HttpTransfer, ALargerOneIsRefusedBeforeItComes) {
    TestServer server(transfer_routes(), small_bodies());
    RawClient client = server.connect();
    client.send(
        "PUT /v1/snapshot HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n"
        "Expect: 100-continue\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
    EXPECT_THAT(answer->body, HasSubstr("limits.snapshot_max_bytes"));
}

TEST(HttpTransfer, HoldsOneLargeBodyAtATime) {
    TestServer server(transfer_routes(), small_bodies());
    const std::string head =
        "PUT /v1/snapshot HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n"
        "Expect: 100-continue\r\n\r\n";
    RawClient first = server.connect();
    first.send(head);
    EXPECT_NE(first.until("100 Continue"), "");
    RawClient second = server.connect();
    second.send(head);
    EXPECT_EQ(second.answer()->status, 429);
    first.send(std::string(500'000, 'x'));
    EXPECT_EQ(first.answer()->body, "500000");
    RawClient third = server.connect();
    third.send(head);
    EXPECT_NE(third.until("100 Continue"), "");
    third.reset();
    EXPECT_TRUE(eventually([&] {
        RawClient next = server.connect();
        next.send(head);
        return next.until("\r\n").find("100 Continue") != std::string::npos;
    })) << "who left holds none";
}

}  // namespace
}  // namespace weft::api
