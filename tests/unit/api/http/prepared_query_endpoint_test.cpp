#include <gmock/gmock.h>

#include <set>

#include "agent/catalog/rows.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/prepared_query_body.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// What the recordings of prepared queries do not show.
namespace weft::api {
namespace {

using testing::EndpointFixture;
using ::testing::HasSubstr;
using ::testing::StartsWith;

agent::RegisterCommand instance(const std::string& node, const std::string& address) {
    agent::RegisterCommand command;
    command.node.name = node;
    command.node.address = address;
    command.service.emplace();
    command.service->name = "db";
    command.service->id = "db";
    command.service->port = 1;
    return command;
}

// Three instances of db, in places that lie on a line: n1, n3, n2.
class PreparedQueries : public ::testing::Test {
protected:
    PreparedQueries() {
        const std::pair<const char*, double> places[] = {{"n1", 0.1}, {"n2", 0.9}, {"n3", 0.3}};
        for (const auto& [node, place] : places) {
            const std::string name(node);
            fixture_.catalog.put(instance(name, "10.0.0." + name.substr(1)));
            Coordinate coordinate;
            coordinate.vector[0] = place;
            fixture_.ring.set_place(name, coordinate);
        }
        fixture_.ring.set_place("golden", {});
    }

    Response call(const std::string& line, const std::string& body = {}) {
        const auto response = fixture_.call(line, body);
        EXPECT_TRUE(response) << line;
        return response.value_or(Response::empty(0));
    }
    std::string id_of_new(const std::string& body) {
        const Response made = call("POST /v1/query", body);
        EXPECT_EQ(made.status, 200) << made.body;
        return made.body.size() > 43 ? made.body.substr(7, 36) : "";
    }
    // The nodes in the order of the answer: "132".
    std::string order(const std::string& line) {
        const std::string body = call(line).body;
        std::string nodes;
        constexpr std::string_view kMark = "\"Node\":\"n";
        for (std::size_t at = body.find(kMark); at != body.npos; at = body.find(kMark, at + 1))
            nodes += body[at + kMark.size()];
        return nodes;
    }

    EndpointFixture fixture_;
};

TEST_F(PreparedQueries, AreSortedByDistanceFromTheNearNode) {
    id_of_new(R"({"Name":"plain","Service":{"Service":"db"}})");
    id_of_new(R"({"Name":"near","Service":{"Service":"db","Near":"n2"}})");
    id_of_new(R"({"Name":"agent","Service":{"Service":"db","Near":"_agent"}})");
    id_of_new(R"({"Name":"ip","Service":{"Service":"db","Near":"_ip"}})");
    EXPECT_EQ(order("GET /v1/query/near/execute"), "231");
    EXPECT_EQ(order("GET /v1/query/near/execute?near=n1"), "132") << "the request's goes before";
    EXPECT_EQ(order("GET /v1/query/plain/execute?near=n3&limit=2"), "31");
    EXPECT_EQ(order("GET /v1/query/agent/execute"), "132");
    fixture_.client_address = "10.0.0.2";
    EXPECT_EQ(order("GET /v1/query/ip/execute"), "231");
    EXPECT_EQ(order("GET /v1/query/plain/execute?near=_ip"), "231");
    fixture_.headers = {{"x-forwarded-for", " 10.0.0.3, 10.0.0.2"}};
    EXPECT_EQ(order("GET /v1/query/ip/execute"), "312");
    fixture_.headers = {};
    fixture_.client_address = "@";
    EXPECT_EQ(order("GET /v1/query/ip/execute").size(), 3U);
}

TEST_F(PreparedQueries, OtherwiseInstancesComeInRandomOrder) {
    id_of_new(R"({"Name":"plain","Service":{"Service":"db"}})");
    std::set<std::string> seen;
    for (int i = 0; i < 60; ++i) seen.insert(order("GET /v1/query/plain/execute"));
    EXPECT_EQ(seen.size(), 6U);
    EXPECT_EQ(order("GET /v1/query/plain/execute?limit=1").size(), 1U);
    EXPECT_EQ(order("GET /v1/query/plain/execute?limit=-1").size(), 3U);
}

TEST_F(PreparedQueries, ListsThatAreEmptyAreNullAsInConsul) {
    id_of_new(R"({"Name":"plain","Service":{"Service":"db"}})");
    const std::string body = call("GET /v1/query/plain/execute?limit=1&stale").body;
    EXPECT_THAT(body, HasSubstr(R"("Tags":null)"));
    EXPECT_THAT(body, HasSubstr(R"("Checks":null)"));
    EXPECT_THAT(body, HasSubstr(R"("ConsistencyLevel":"stale")"));
    EXPECT_THAT(call("GET /v1/query/plain/explain?consistent").body,
                HasSubstr(R"("ConsistencyLevel":"consistent")"));
}

TEST_F(PreparedQueries, ParametersAreReadAsGoDoes) {
    id_of_new(R"({"Name":"plain","Service":{"Service":"db"}})");
    const auto text = [&](const std::string& parameters) {
        return call("GET /v1/query/plain/execute?" + parameters).body;
    };
    EXPECT_EQ(text("limit=99999999999999999999"),
              R"(Bad limit: strconv.Atoi: parsing "99999999999999999999": value out of range)");
    EXPECT_EQ(text("connect=zz"),
              R"(Error parsing 'connect' value: strconv.ParseBool: parsing "zz": invalid syntax)");
    EXPECT_THAT(text("connect=true"), StartsWith(R"({"Service":"db","Nodes":[],)"));
    EXPECT_EQ(order("GET /v1/query/plain/execute?connect").size(), 3U);
    EXPECT_EQ(order("GET /v1/query/plain/execute?limit=").size(), 3U);
}

TEST_F(PreparedQueries, AreLookedUpByIdOrNameAndTemplatesByNameOnly) {
    const std::string id = id_of_new(
        R"({"Name":"t-","Template":{"Type":"name_prefix_match"},"Service":{"Service":"${name.suffix}"}})");
    EXPECT_EQ(order("GET /v1/query/T-db/execute").size(), 0U) << "the suffix is all of it";
    EXPECT_EQ(order("GET /v1/query/t-db/execute").size(), 3U);
    const Response by_id = call("GET /v1/query/" + id + "/execute");
    EXPECT_EQ(by_id.status, 500);
    EXPECT_EQ(by_id.body, "prepared query templates can only be resolved up by name, not by ID");
    EXPECT_EQ(call("GET /v1/query/execute").body, "Query not found");
    EXPECT_EQ(call("GET /v1/query/explain").status, 404);
    EXPECT_EQ(call("GET /v1/query/t-a/b/explain").status, 200);
}

TEST_F(PreparedQueries, EndWithTheirSession) {
    const Response session = call("PUT /v1/session/create", R"({"NodeChecks":[]})");
    const std::string session_id = session.body.substr(7, 36);
    const std::string id =
        id_of_new(R"({"Session":")" + session_id + R"(","Service":{"Service":"db"}})");
    EXPECT_EQ(call("GET /v1/query/" + id + "/execute").status, 200);
    call("PUT /v1/session/destroy/" + session_id);
    EXPECT_EQ(call("GET /v1/query/" + id + "/execute").status, 404);
    EXPECT_EQ(call("GET /v1/query/" + id).status, 404);
}

TEST_F(PreparedQueries, WritesAreRefusedInConsulsWords) {
    const std::string id = id_of_new(R"({"Name":"a","Service":{"Service":"db"}})");
    const auto text = [&](const std::string& line, const std::string& body = {}) {
        return call(line, body).body;
    };
    EXPECT_EQ(text("POST /v1/query"), "Request decode failed: EOF");
    EXPECT_EQ(text("POST /v1/query", "[]"),
              "Request decode failed: json: cannot unmarshal array into Go value of type "
              "structs.PreparedQuery");
    EXPECT_EQ(
        text("POST /v1/query", R"({"Name":"b","Service":{"Service":"db","only_passing":true}})"),
        "Request decode failed: json: unknown field \"only_passing\"");
    EXPECT_EQ(text("PUT /v1/query/a", "{}"),
              "Prepared Query lookup failed: failed prepared query lookup: index error: UUID must "
              "be 36 characters");
    EXPECT_EQ(text("DELETE /v1/query/"),
              "Prepared Query lookup failed: failed prepared query lookup: index error: UUID must "
              "be 36 characters");
    EXPECT_EQ(text("PUT /v1/query/" + id), "Invalid prepared query: Must be bound to a session");
    EXPECT_EQ(text("POST /v1/query", R"({"Name":")" + id + R"(","Service":{"Service":"db"}})"),
              "name '" + id + "' aliases an existing query ID");
    EXPECT_EQ(text("POST /v1/query", R"({"Name":"b","Session":"x","Service":{"Service":"db"}})"),
              "invalid session: index error: UUID must be 36 characters");
    EXPECT_EQ(text("POST /v1/query?dc=dc9", R"({"Name":"b","Service":{}})"),
              "No path to datacenter");
    EXPECT_EQ(text("DELETE /v1/query/" + id + "?dc=dc9"), "No path to datacenter");
    EXPECT_THAT(
        text(
            "POST /v1/query",
            R"({"Name":"b-","Template":{"Type":"name_prefix_match"},"Service":{"Service":"${x}"}})"),
        StartsWith("failed compiling template: Bad evaluation for '${x}' in Service.Service: 1:3: "
                   "unknown variable accessed: x"));
}

TEST_F(PreparedQueries, MethodsAreThoseOfTheAction) {
    const auto allowed = [&](const std::string& line) {
        const Response response = call(line);
        return std::to_string(response.status) + " " + response.headers.at(0).second;
    };
    EXPECT_EQ(allowed("POST /v1/query/x"), "405 GET,PUT,DELETE");
    EXPECT_EQ(allowed("PUT /v1/query/x/execute"), "405 GET");
    EXPECT_EQ(allowed("DELETE /v1/query/x/explain"), "405 GET");
    EXPECT_EQ(allowed("OPTIONS /v1/query/x"), "200 OPTIONS,GET,PUT,DELETE");
    EXPECT_EQ(allowed("OPTIONS /v1/query/x/execute"), "200 OPTIONS,GET");
    EXPECT_EQ(allowed("OPTIONS /v1/query"), "200 OPTIONS,GET,POST");
}

TEST(PreparedQueryBody, NullAndEmptyListsAreToldApart) {
    const auto row = read_prepared_query_body(
        R"({"name":"x","SERVICE":{"service":"db","tags":[],"NodeMeta":{},"IgnoreCheckIDs":null}})");
    ASSERT_TRUE(row);
    const agent::QueryService& service = row.value().service;
    EXPECT_FALSE(service.tags.is_null());
    EXPECT_FALSE(service.node_meta.is_null());
    EXPECT_TRUE(service.ignore_check_ids.is_null());
    EXPECT_TRUE(service.service_meta.is_null());
}

// ---- over sockets

// What the routes need beside the catalog of the server.
struct Fakes {
    testing::FakeCatalog catalog;
    testing::FakeSessionTimes sessions;
    testing::FakeSnapshots snapshots;
    testing::FakeLocalServices local;
    testing::FakeRing ring;
    testing::FakeControl control;
    testing::FakeTimers timers;

    std::vector<Route> routes() {
        ring.set_place("n1", {});
        AgentFacts facts;
        facts.datacenter = "dc1";
        const auto endpoints = std::make_shared<const Endpoints>(
            Endpoints{catalog, catalog, sessions, snapshots, local, ring, control, timers,
                      [](const std::function<void()>& work) { work(); }, facts});
        std::vector<Route> routes;
        add_prepared_query_routes(routes, endpoints);
        return routes;
    }
};

class PreparedQueryServer : public ::testing::Test {
protected:
    static constexpr const char* kId = "11111111-2222-3333-4444-55555555555a";

    std::uint64_t change(agent::PreparedQueryVerb verb, const char* name = "db") {
        agent::PreparedQueryCommand command{verb, {}};
        command.query.id = kId;
        command.query.name = name;
        command.query.service.service = "db";
        return server_.apply(command);
    }
    RawClient wait_for(const std::string& target, std::uint64_t index) {
        RawClient client = server_.connect();
        client.get(target + "?index=" + std::to_string(index) + "&wait=20s");
        server_.wait_until_waiting(1);
        return client;
    }

    Fakes fakes_;
    TestServer server_{fakes_.routes(), TestServer::local()};
};

TEST_F(PreparedQueryServer, TheListIsWaitedFor) {
    RawClient client = wait_for("/v1/query", 1);
    const std::uint64_t index = change(agent::PreparedQueryVerb::Create);
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(index));
    EXPECT_THAT(answer->body, StartsWith("[{\"ID\""));
}

TEST_F(PreparedQueryServer, SoIsOneQueryWhoseEndIsA404WithoutAnIndex) {
    const std::string target = std::string("/v1/query/") + kId;
    const std::uint64_t created = change(agent::PreparedQueryVerb::Create);
    RawClient client = wait_for(target, created);
    server_.apply(instance("n9", "10.0.0.9"));
    EXPECT_TRUE(client.is_silent());
    const std::uint64_t updated = change(agent::PreparedQueryVerb::Update, "other");
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(updated));

    RawClient second = wait_for(target, updated);
    change(agent::PreparedQueryVerb::Delete);
    const auto gone = second.answer();
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->status, 404);
    EXPECT_EQ(gone->body, "Query not found");
    EXPECT_EQ(gone->header("X-Consul-Index"), "");
}

TEST_F(PreparedQueryServer, WhatIsNotThereIsNotWaitedFor) {
    for (const char* target : {"/v1/query/11111111-2222-3333-4444-55555555555b?index=99",
                               "/v1/query/none/execute?index=99", "/v1/query/none/explain"}) {
        const ClientAnswer missing = server_.get(target);
        EXPECT_EQ(missing.status, 404) << target;
        EXPECT_EQ(missing.body, "Query not found");
        EXPECT_EQ(missing.header("X-Consul-Index"), "");
        EXPECT_EQ(missing.header("Content-Type"), "text/plain; charset=utf-8");
    }
}

TEST_F(PreparedQueryServer, ExecutionsHaveNoIndexAndAreNeverKept) {
    change(agent::PreparedQueryVerb::Create);
    server_.apply(instance("n1", "10.0.0.1"));
    const std::string target = "/v1/query/db/execute?index=1&wait=20s";
    for (int i = 0; i < 2; ++i) {
        const ClientAnswer answer = server_.get(target);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.header("X-Consul-Index"), "1");
        EXPECT_EQ(answer.header("X-Consul-Effective-Consistency"), "leader");
        EXPECT_THAT(answer.body, HasSubstr("\"n1\""));
    }
    server_.apply(instance("n2", "10.0.0.2"));
    EXPECT_THAT(server_.get(target).body, HasSubstr("\"n2\""));
    EXPECT_EQ(server_.get("/v1/query/db/execute?cached").header("X-Cache"), "MISS");
    EXPECT_EQ(server_.get("/v1/query/db/execute?cached").header("X-Cache"), "HIT");
}

TEST_F(PreparedQueryServer, EachRequestHasItsOwnClient) {
    change(agent::PreparedQueryVerb::Create);
    server_.apply(instance("n1", "10.0.0.1"));
    server_.apply(instance("n2", "10.0.0.2"));
    for (const char* last : {"1", "2", "1", "2", "1", "2", "1", "2"}) {
        const std::string body = server_
                                     .get("/v1/query/db/execute?near=_ip&limit=1",
                                          std::string("X-Forwarded-For: 10.0.0.") + last + "\r\n")
                                     .body;
        EXPECT_THAT(body, HasSubstr(std::string("\"Node\":\"n") + last)) << body;
    }
}

}  // namespace
}  // namespace weft::api
