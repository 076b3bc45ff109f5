#include <gmock/gmock.h>

#include "api/http/endpoints.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// What the recordings of keys do not show: headers, layouts and waiting over sockets.
namespace weft::api {
namespace {

std::vector<Route> key_routes() {
    std::vector<Route> routes;
    add_kv_routes(routes);
    return routes;
}

HttpConfig indenting() {
    HttpConfig config = TestServer::local();
    config.pretty_by_default = true;
    return config;
}

class KeyServer : public ::testing::Test {
protected:
    std::uint64_t put(const std::string& key, const std::string& value) {
        return server_.apply(agent::KvCommand{{.key = key, .value = value}, {}});
    }
    std::uint64_t remove(const std::string& key) {
        return server_.apply(agent::KvCommand{{.verb = agent::KvVerb::Delete, .key = key}, {}});
    }
    RawClient wait_for(const std::string& target, std::uint64_t index) {
        RawClient client = server_.connect();
        client.get(target + "?index=" + std::to_string(index) + "&wait=20s");
        server_.wait_until_waiting(1);
        return client;
    }

    TestServer server_{key_routes(), indenting()};
};

TEST_F(KeyServer, RawValuesAreSentAsTheyAre) {
    const std::uint64_t index = put("a", "{\"x\":1}");
    for (int i = 0; i < 2; ++i) {
        const ClientAnswer raw = server_.get("/v1/kv/a?raw");
        EXPECT_EQ(raw.body, "{\"x\":1}") << "no layout";
        EXPECT_EQ(raw.header("Content-Type"), "text/plain");
        EXPECT_EQ(raw.header("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(raw.header("Content-Security-Policy"), "sandbox");
        EXPECT_EQ(raw.header("X-Consul-Index"), std::to_string(index));
        EXPECT_EQ(raw.header("X-Consul-Effective-Consistency"), "");
    }
    EXPECT_THAT(server_.get("/v1/kv/a").body, ::testing::StartsWith("[\n    {\n"));
}

TEST_F(KeyServer, AMissingKeyIs404WithAnIndex) {
    const ClientAnswer missing = server_.get("/v1/kv/none", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, "");
    EXPECT_EQ(missing.header("Content-Type"), "");
    EXPECT_EQ(missing.header("Content-Encoding"), "");
    EXPECT_EQ(missing.header("X-Consul-Index"), "1");
    EXPECT_EQ(missing.header("X-Consul-Knownleader"), "true");
}

TEST_F(KeyServer, AMissingKeyIsWaitedFor) {
    put("other", "1");
    RawClient client = wait_for("/v1/kv/a", 1);
    put("other", "2");
    EXPECT_TRUE(client.is_silent());
    put("a", "");
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST_F(KeyServer, ADeletedKeyWakesWithA404) {
    const std::uint64_t index = put("a", "1");
    RawClient client = wait_for("/v1/kv/a", index);
    const std::uint64_t removed = remove("a");
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(removed));
}

TEST_F(KeyServer, APrefixWakesByItsOwnKeysAlone) {
    const std::uint64_t index = put("dir/a", "1");
    RawClient client = wait_for("/v1/kv/dir/", index);
    EXPECT_TRUE(client.is_silent());
    RawClient below = server_.connect();
    below.get("/v1/kv/dir/?recurse&index=" + std::to_string(index) + "&wait=20s");
    server_.wait_until_waiting(2);
    put("dirx", "1");
    EXPECT_TRUE(below.is_silent());
    put("dir/b", "2");
    const auto answer = below.answer();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, ::testing::HasSubstr("dir/b"));
    EXPECT_TRUE(client.is_silent()) << "the key dir/ itself did not change";
}

// Consul's API knows the word by its old misspelling, too.
TEST(KeyEndpoint, NamesAreCutAtEitherSpellingOfSeparator) {
    testing::EndpointFixture fixture;
    for (const char* key : {"a/b/c", "a/b/d"}) fixture.call(std::string("PUT /v1/kv/") + key, "x");
    EXPECT_EQ(fixture.body_of("GET /v1/kv/a/?keys&seperator=/"), R"(["a/b/"])");
    EXPECT_EQ(fixture.body_of("GET /v1/kv/a/?keys&separator=b&seperator=/"), R"(["a/b"])");
}

// There is one namespace: a write meant for another must not reach it.
TEST(KeyEndpoint, WritesToANamespaceAreRefused) {
    testing::EndpointFixture fixture;
    fixture.call("PUT /v1/kv/a", "x");
    for (const char* line :
         {"DELETE /v1/kv/?recurse&ns=team-a", "PUT /v1/kv/a?ns=team-a",
          "PUT /v1/session/create?ns=team-a", "PUT /v1/config?ns=team-a",
          "DELETE /v1/config/mesh/mesh?ns=team-a", "PUT /v1/catalog/register?ns=team-a",
          "PUT /v1/txn?ns=team-a", "POST /v1/query?ns=team-a", "PUT /v1/query/a?ns=team-a",
          "DELETE /v1/query/a?ns=team-a", "PUT /v1/agent/service/register?ns=team-a",
          "PUT /v1/agent/service/deregister/web?ns=team-a",
          "PUT /v1/agent/service/maintenance/web?enable=true&ns=team-a",
          "GET /v1/agent/service/web?ns=team-a", "PUT /v1/agent/check/register?ns=team-a",
          "PUT /v1/agent/check/deregister/c?ns=team-a", "PUT /v1/agent/check/pass/c?ns=team-a",
          "PUT /v1/agent/check/warn/c?ns=team-a", "PUT /v1/agent/check/fail/c?ns=team-a"}) {
        const auto refused = fixture.call(line);
        ASSERT_TRUE(refused) << line;
        EXPECT_EQ(refused->status, 400) << line;
        EXPECT_THAT(refused->body, ::testing::HasSubstr("Invalid query parameter: \"ns\"")) << line;
    }
    const auto update =
        fixture.call("PUT /v1/agent/check/update/c?ns=team-a", R"({"Status":"passing"})");
    EXPECT_TRUE(update && update->status == 400);
    EXPECT_EQ(fixture.body_of("GET /v1/kv/a?raw"), "x");
}

TEST(SessionEndpoint, ARenewalReachesWhoKeepsTheTtls) {
    testing::EndpointFixture fixture;
    const auto created = fixture.call("PUT /v1/session/create", R"({"TTL":"10s"})");
    ASSERT_TRUE(created && created->status == 200);
    const std::string id = created->body.substr(7, 36);
    EXPECT_EQ(fixture.call("PUT /v1/session/renew/" + id)->status, 200);
    EXPECT_EQ(fixture.sessions.renewed, std::vector{id});
    EXPECT_EQ(fixture.call("PUT /v1/session/renew/11111111-2222-3333-4444-555555555555")->status,
              404);
    EXPECT_EQ(fixture.sessions.renewed.size(), 1u);
    fixture.sessions.ending = true;
    EXPECT_EQ(fixture.call("PUT /v1/session/renew/" + id)->status, 404) << "its end is on its way";
}

// As consul 1.8.7 answers.
TEST(SessionEndpoint, ChecksMayBeNamedInEitherList) {
    testing::EndpointFixture fixture;
    fixture.call("PUT /v1/catalog/register",
                 R"({"Node":"golden","Address":"127.0.0.1","Checks":[)"
                 R"({"CheckID":"c1","Name":"c1","Status":"passing"},)"
                 R"({"CheckID":"c2","Name":"c2","Status":"passing"}]})");
    constexpr std::pair<const char*, const char*> kCases[] = {
        {"{}", R"("NodeChecks":["serfHealth"],"ServiceChecks":null,"C)"},
        {R"({"NodeChecks":["c1"]})", R"("NodeChecks":["c1"],"ServiceChecks":null,"C)"},
        {R"({"Checks":["c1"]})",
         R"("NodeChecks":["serfHealth"],"ServiceChecks":null,"Checks":["c1"],)"},
        {R"({"Checks":["c1"],"NodeChecks":["c2"]})",
         R"("NodeChecks":["c2"],"ServiceChecks":null,"Checks":["c1"],)"},
        {R"({"Checks":["serfHealth"],"NodeChecks":["c2"]})",
         R"("NodeChecks":["c2"],"ServiceChecks":null,"C)"},
        {R"({"Checks":["c1"],"NodeChecks":[]})", R"("NodeChecks":[],"ServiceChecks":null,"C)"},
        {R"({"Checks":[],"NodeChecks":["c1"]})", R"("NodeChecks":[],"ServiceChecks":null,"C)"},
        {R"({"NodeChecks":null})", R"("NodeChecks":[],"ServiceChecks":null,"C)"},
        {R"({"Checks":null})", R"("NodeChecks":[],"ServiceChecks":null,"C)"},
    };
    for (const auto& [body, shown] : kCases) {
        const auto created = fixture.call("PUT /v1/session/create", body);
        ASSERT_EQ(created->status, 200) << created->body;
        EXPECT_THAT(fixture.body_of("GET /v1/session/info/" + created->body.substr(7, 36)),
                    ::testing::HasSubstr(shown))
            << body;
    }
}

TEST(TransactionEndpoint, ABrokenRowFailsTheWhole) {
    testing::EndpointFixture fixture;
    const auto answer = fixture.call(
        "PUT /v1/txn",
        R"([{"KV":{"Verb":"set","Key":"a","Value":"YQ=="}},)"
        R"({"Check":{"Verb":"set","Check":{"Node":"golden","Name":"c","Status":"odd"}}}])");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 409);
    EXPECT_THAT(answer->body, ::testing::HasSubstr("{\"OpIndex\":1,\"What\":"));
    EXPECT_EQ(fixture.call("GET /v1/kv/a")->status, 404);
}

TEST(TransactionEndpoint, ReadsAreEitherStaleOrConsistent) {
    testing::EndpointFixture fixture;
    fixture.call("PUT /v1/kv/a", "x");
    const std::string read = R"([{"KV":{"Verb":"get","Key":"a"}}])";
    EXPECT_EQ(fixture.call("PUT /v1/txn?stale", read)->status, 200);
    const auto both = fixture.call("PUT /v1/txn?stale&consistent", read);
    EXPECT_EQ(both->status, 400);
    EXPECT_EQ(both->body, "Cannot specify ?stale with ?consistent, conflicting semantics.");
}

TEST(TransactionEndpoint, ValuesAreGosBase64) {
    testing::EndpointFixture fixture;
    const auto set = [&](const std::string& value) {
        const std::string body = R"([{"KV":{"Verb":"set","Key":"a","Value":")" + value + "\"}}]";
        return fixture.call("PUT /v1/txn", body)->status;
    };
    EXPECT_EQ(set("YWI="), 200);
    EXPECT_EQ(fixture.body_of("GET /v1/kv/a?raw"), "ab");
    for (const std::string bad : {"YWI", "YWI==", "YW=I", "=", "Y", "YWI=Y", "YW I"})
        EXPECT_EQ(set(bad), 400) << bad;
}

}  // namespace
}  // namespace weft::api
