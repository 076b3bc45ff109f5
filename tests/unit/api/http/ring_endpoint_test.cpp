#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/api/http/endpoint_fixture.hpp"

// The endpoints that work on the gossip ring: members, events, coordinates, keys, near.
namespace weft::api::testing {
namespace {

using std::chrono::seconds;

std::string header(const Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
        if (known == name) return value;
    }
    return {};
}

Coordinate at(double x, double height = 0.0) {
    Coordinate coordinate;
    coordinate.vector[0] = x;
    coordinate.height = height;
    return coordinate;
}

TEST(Members, ShowWhatTheyAre) {
    EndpointFixture fixture;
    fixture.ring.known = {
        {"db", "10.0.0.2", 8301, {{"role", "node"}}, 4, 1, 5, 2, 2, 5, 5},
        {"golden", "10.0.0.1", 8301, {{"role", "consul"}}, 1},
    };
    EXPECT_EQ(fixture.body_of("GET /v1/agent/members"),
              R"([{"Name":"db","Addr":"10.0.0.2","Port":8301,"Tags":{"role":"node"},"Status":4,)"
              R"("ProtocolMin":1,"ProtocolMax":5,"ProtocolCur":2,"DelegateMin":2,"DelegateMax":5,)"
              R"("DelegateCur":5},)"
              R"({"Name":"golden","Addr":"10.0.0.1","Port":8301,"Tags":{"role":"consul"},)"
              R"("Status":1,"ProtocolMin":1,"ProtocolMax":5,"ProtocolCur":2,"DelegateMin":2,)"
              R"("DelegateMax":5,"DelegateCur":4}])");
    const std::string servers = fixture.body_of("GET /v1/agent/members?wan=1");
    EXPECT_EQ(servers.find("\"db"), std::string::npos);
    EXPECT_NE(servers.find("\"golden.dc1\""), std::string::npos);
    EXPECT_EQ(fixture.body_of("GET /v1/agent/members?segment=_all").find("\"db\""), 9u);
    EXPECT_EQ(fixture.call("GET /v1/agent/members?segment=x")->status, 500);
}

TEST(Members, JoinAnswersWhenItIsOver) {
    EndpointFixture fixture;
    EXPECT_FALSE(fixture.call("PUT /v1/agent/join/10.0.0.9:8301").has_value());
    EXPECT_EQ(fixture.ring.asked, std::vector<std::string>{"10.0.0.9:8301"});
    fixture.ring.join_done(JoinOutcome{1, {}});
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(fixture.late_answers[0].status, 200);
    EXPECT_EQ(fixture.late_answers[0].body, "");
}

TEST(Members, JoinFailsWhenNoAddressWasJoined) {
    EndpointFixture fixture;
    fixture.ring.join_outcome = JoinOutcome{0, {{"10.0.0.9", "connection refused"}}};
    const auto one = fixture.call("PUT /v1/agent/join/x");
    EXPECT_EQ(one->status, 500);
    EXPECT_EQ(one->body, "1 error occurred:\n\t* Failed to join 10.0.0.9: connection refused\n\n");
    fixture.ring.join_outcome = JoinOutcome{0, {{"a", "no"}, {"b", "neither"}}};
    EXPECT_EQ(fixture.body_of("PUT /v1/agent/join/x"),
              "2 errors occurred:\n\t* Failed to join a: no\n\t* Failed to join b: neither\n\n");
    fixture.ring.join_outcome = JoinOutcome{1, {{"a", "no"}}};
    EXPECT_EQ(fixture.call("PUT /v1/agent/join/x")->status, 200);
    fixture.ring.join_outcome = make_error(Errc::Unsupported, "no gossip");
    EXPECT_EQ(fixture.call("PUT /v1/agent/join/x")->status, 501);
    EXPECT_EQ(fixture.call("PUT /v1/agent/join/x?wan=1")->status, 501);
    EXPECT_EQ(fixture.call("PUT /v1/agent/join/")->status, 400);
}

TEST(Members, ForceLeaveNamesAMember) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.call("PUT /v1/agent/force-leave/golden")->status, 200);
    EXPECT_EQ(fixture.ring.asked, (std::vector<std::string>{"golden", ""}));
    EXPECT_EQ(fixture.call("PUT /v1/agent/force-leave/golden?prune")->status, 200);
    EXPECT_EQ(fixture.ring.asked, (std::vector<std::string>{"golden", "prune"}));
    EXPECT_EQ(fixture.body_of("PUT /v1/agent/force-leave/nope"),
              "agent: No node found with name 'nope'");
}

TEST(Members, ReachabilityNamesTheMissing) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.body_of("GET /v1/internal/weft/reachability"),
              R"({"Answered":["golden"],"Missing":["lost"]})");
}

TEST(Events, AreListedOnceTheyPassedTheirFilters) {
    EndpointFixture fixture;
    fixture.ring.passes = [](const UserEvent& event) { return event.node_filter != "other"; };
    const auto fired = fixture.call("PUT /v1/event/fire/deploy?node=gol.*&service=web&tag=v1", "x");
    EXPECT_EQ(
        fired->body,
        R"({"ID":"00000000-0000-4000-8000-100000000001","Name":"deploy","Payload":"eA==",)"
        R"("NodeFilter":"gol.*","ServiceFilter":"web","TagFilter":"v1","Version":1,"LTime":0})");
    fixture.call("PUT /v1/event/fire/deploy?node=other");
    fixture.call("PUT /v1/event/fire/restart");
    EXPECT_EQ(fixture.ring.log.size(), 2u);
    EXPECT_EQ(fixture.body_of("GET /v1/event/list?name=restart"),
              R"([{"ID":"00000000-0000-4000-8000-100000000003","Name":"restart","Payload":null,)"
              R"("NodeFilter":"","ServiceFilter":"","TagFilter":"","Version":1,"LTime":4}])");
    EXPECT_EQ(fixture.body_of("GET /v1/event/list?name=none"), "[]");
}

TEST(Events, TheIndexIsMadeOfTheLastEventsId) {
    EndpointFixture fixture;
    EXPECT_EQ(header(*fixture.call("GET /v1/event/list"), "X-Consul-Index"), "1");
    fixture.ring.log.push_back({.id = "10000000-0000-4000-8000-000000000003",
                                .name = "a",
                                .payload = {},
                                .node_filter = {},
                                .service_filter = {},
                                .tag_filter = {}});
    EXPECT_EQ(header(*fixture.call("GET /v1/event/list"), "X-Consul-Index"),
              std::to_string(0x1000000000004000u ^ 0x8000000000000003u));
    EXPECT_EQ(header(*fixture.call("GET /v1/event/list?name=b"), "X-Consul-Index"), "1");
}

TEST(Events, AListWaitsForTheNextEventOfItsName) {
    EndpointFixture fixture;
    EXPECT_FALSE(fixture.call("GET /v1/event/list?index=1&wait=16s&name=b").has_value());
    EXPECT_GE(fixture.timers.calls.begin()->second.first, seconds(16));
    fixture.call("PUT /v1/event/fire/a");
    EXPECT_TRUE(fixture.late_answers.empty());
    fixture.call("PUT /v1/event/fire/b");
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_TRUE(fixture.late_answers[0].after_wait);
    EXPECT_NE(fixture.late_answers[0].body.find("\"b\""), std::string::npos);
    EXPECT_TRUE(fixture.timers.calls.empty());
    // Any other index than the known one is news, be it lower.
    EXPECT_TRUE(fixture.call("GET /v1/event/list?index=7").has_value());
    EXPECT_EQ(fixture.call("GET /v1/event/list?index=x")->body, "Invalid index");
}

TEST(Events, AWaitEndsWithItsTimeOrItsClient) {
    EndpointFixture fixture;
    EXPECT_FALSE(fixture.call("GET /v1/event/list?index=1").has_value());
    fixture.timers.fire();
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(fixture.late_answers[0].body, "[]");
    EXPECT_EQ(header(fixture.late_answers[0], "X-Consul-Index"), "1");
    EXPECT_FALSE(fixture.call("GET /v1/event/list?index=1").has_value());
    fixture.long_poll->end();
    EXPECT_EQ(fixture.late_answers.size(), 2u);
    EXPECT_TRUE(fixture.timers.calls.empty());
}

TEST(Events, WaitersAreBounded) {
    EndpointFixture fixture;
    for (int i = 0; i < 4096; ++i)
        EXPECT_FALSE(fixture.call("GET /v1/event/list?index=1").has_value());
    EXPECT_EQ(fixture.call("GET /v1/event/list?index=1")->status, 429);
}

TEST(Events, AreRefusedInConsulsWords) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.body_of("PUT /v1/event/fire/x?node=("),
              "Invalid node filter: error parsing regexp: missing closing ): `(`");
    EXPECT_EQ(fixture.call("PUT /v1/event/fire/x?service=(")->status, 500);
    EXPECT_EQ(fixture.body_of("PUT /v1/event/fire/x?node=" + std::string(1025, 'x')),
              "The node filter is longer than 1024 bytes");
    EXPECT_EQ(fixture.call("PUT /v1/event/fire/x?service=a&tag=(")->status, 500);
    EXPECT_EQ(fixture.call("PUT /v1/event/fire/big", std::string(1000, 'x'))->body,
              "1 error occurred:\n\t* error broadcasting event to segment \"\": user event exceeds "
              "configured limit of 512 bytes before encoding\n\n");
    EXPECT_EQ(fixture.ring.fired, 0u);
}

TEST(Coordinates, DistanceIsOfVectorsHeightsAndAdjustments) {
    Coordinate a = at(0, 0.01);
    Coordinate b = at(0.03, 0.02);
    b.vector[7] = 0.04;
    EXPECT_DOUBLE_EQ(round_trip_seconds(a, b), 0.08);
    a.adjustment = -0.02;
    EXPECT_DOUBLE_EQ(round_trip_seconds(a, b), 0.06);
    EXPECT_DOUBLE_EQ(round_trip_seconds(b, a), 0.06);
    a.adjustment = -1;  // more than there is
    EXPECT_DOUBLE_EQ(round_trip_seconds(a, b), 0.08);
}

TEST(Coordinates, AreShownOfNodesAndServers) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/nodes"), "[]");
    fixture.ring.set_place("golden", at(0.5, 1e-5));
    fixture.ring.set_place("zeta", at(1));
    const std::string golden =
        R"({"Node":"golden","Segment":"","Coord":{"Vec":[0.5,0,0,0,0,0,0,0],"Error":1.5,)"
        R"("Adjustment":0,"Height":0.00001}})";
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/node/golden"), "[" + golden + "]");
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/node/GOLDEN"), "[" + golden + "]");
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/nodes").find("[" + golden + ",{\"Node\":\"zeta"),
              0u);
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/datacenters"),
              R"([{"Datacenter":"dc1","AreaID":"wan","Coordinates":[)" + golden + "]}]");
    EXPECT_EQ(fixture.call("GET /v1/coordinate/node/nope")->status, 404);
    EXPECT_EQ(fixture.call("GET /v1/coordinate/node/golden?segment=x")->status, 404);
    EXPECT_EQ(fixture.body_of("GET /v1/coordinate/nodes?segment=x"), "[]");
    const auto foreign = fixture.call("GET /v1/coordinate/nodes?dc=mars");
    EXPECT_EQ(foreign->body, "No path to datacenter");
    EXPECT_EQ(header(*foreign, "X-Consul-Knownleader"), "false");
}

TEST(Coordinates, AReadWaitsForARisingIndex) {
    EndpointFixture fixture;
    fixture.ring.set_place("golden", at(0));
    const auto first = fixture.call("GET /v1/coordinate/nodes");
    EXPECT_EQ(header(*first, "X-Consul-Index"), "2");
    EXPECT_EQ(header(*first, "X-Consul-Knownleader"), "true");
    EXPECT_EQ(header(*first, "X-Consul-Lastcontact"), "0");
    EXPECT_TRUE(fixture.call("GET /v1/coordinate/nodes?index=1").has_value());
    EXPECT_FALSE(fixture.call("GET /v1/coordinate/nodes?index=2").has_value());
    EXPECT_FALSE(fixture.call("GET /v1/coordinate/node/golden?index=99").has_value());
    fixture.ring.set_place("golden", at(1));
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(header(fixture.late_answers[0], "X-Consul-Index"), "3");
}

TEST(Coordinates, UpdatesAreCheckedAndPublishedTogether) {
    EndpointFixture fixture;
    const auto update = [&](std::string vector, std::string more = "") {
        return *fixture.call("PUT /v1/coordinate/update",
                             R"({"Node":"golden","Coord":{"Vec":)" + vector +
                                 R"(,"Error":1,"Adjustment":0.1,"Height":1e-4})" + more + "}");
    };
    EXPECT_EQ(update("[1,2,3,4,5,6,7,8]").status, 200);
    EXPECT_EQ(update("[1,2,3,4,5,6,7,9]").status, 200);
    EXPECT_EQ(fixture.ring.places->find("golden"), nullptr);
    fixture.timers.fire();
    EXPECT_DOUBLE_EQ(fixture.ring.places->find("GOLDEN")->vector[7], 9);
    EXPECT_EQ(update("[1,2,3,4,5,6,7,8]").status, 200);
    fixture.timers.fire();
    EXPECT_DOUBLE_EQ(fixture.ring.places->find("GOLDEN")->vector[7], 8);
    EXPECT_EQ(update("[1,2]").body, "incompatible coordinate");
    EXPECT_EQ(update("[1,2,3,4,5,6,7,8]", R"(,"Segment":"x")").status, 500);
    EXPECT_EQ(update("[1,2,3,4,5,6,7,8]", R"(,"Datacenter":"mars")").body, "No path to datacenter");
    EXPECT_EQ(update("[1,2,3,4,5,6,7,1e999]").status, 400);
    EXPECT_EQ(update("[1,\"2\"]").status, 400);
    EXPECT_EQ(fixture.call("PUT /v1/coordinate/update", "{}")->body, "incompatible coordinate");
    EXPECT_EQ(fixture.call("PUT /v1/coordinate/update", R"({"Bogus":1})")->status, 400);
}

TEST(Near, SortsByDistanceAndUnknownOnesLast) {
    EndpointFixture fixture;
    for (const char* node : {"a", "b", "c", "d"}) {
        fixture.call("PUT /v1/catalog/register",
                     std::string(R"({"Node":")") + node +
                         R"(","Address":"10.0.0.1","Service":{"Service":"web"},"Check":)"
                         R"({"Name":"up","ServiceID":"web","Status":"passing"}})");
    }
    const auto order = [&](const std::string& target, const std::string& key) {
        std::string names;
        const std::string body = fixture.body_of("GET " + target);
        for (std::size_t i = body.find(key); i != std::string::npos; i = body.find(key, i + 1)) {
            const std::string name = body.substr(i + key.size(), 1);
            if (!names.ends_with(name)) names += name;
        }
        return names;
    };
    const std::string node = "\"Node\":\"";
    EXPECT_EQ(order("/v1/catalog/service/web?near=c", node), "cabd");

    fixture.ring.set_place("a", at(0.9));
    fixture.ring.set_place("b", at(0.1));
    fixture.ring.set_place("c", at(0.0));
    EXPECT_EQ(order("/v1/catalog/service/web?near=c", node), "cbad");
    EXPECT_EQ(order("/v1/catalog/service/web?near=a", node), "abcd");
    EXPECT_EQ(order("/v1/catalog/service/web?near=d", node), "dabc");
    EXPECT_EQ(order("/v1/health/checks/web?near=c", node), "cbad");
    EXPECT_EQ(order("/v1/health/service/web?near=C", "{\"Node\":{\"ID\":\"\",\"Node\":\""), "cbad");
    // The agent itself has no place, so that only its own rows are near.
    EXPECT_EQ(order("/v1/catalog/nodes?near=_agent", node), "gabcd");
    fixture.ring.set_place("golden", at(1));
    EXPECT_EQ(order("/v1/catalog/nodes?near=_agent", node), "gabcd");
    fixture.ring.set_place("golden", at(0.2));
    EXPECT_EQ(order("/v1/catalog/nodes?near=_agent", node), "gbcad");
}

TEST(Keyring, ListsPoolsAndTheirKeys) {
    EndpointFixture fixture;
    fixture.ring.key_answers = std::vector<KeyAnswer>{{.wan = false,
                                                       .datacenter = "dc1",
                                                       .messages = {},
                                                       .keys = {{"a==", 2}, {"b==", 1}},
                                                       .primary_keys = {{"a==", 2}},
                                                       .nodes = 2,
                                                       .error = {}}};
    EXPECT_EQ(fixture.body_of("GET /v1/operator/keyring?relay-factor=3&local-only=true"),
              R"([{"WAN":false,"Datacenter":"dc1","Segment":"","Keys":{"a==":2,"b==":1},)"
              R"("PrimaryKeys":{"a==":2},"NumNodes":2}])");
    EXPECT_EQ(fixture.ring.key_request.relay_factor, 3);
    EXPECT_TRUE(fixture.ring.key_request.local_only);
}

TEST(Keyring, ChangesNameAKey) {
    EndpointFixture fixture;
    fixture.ring.key_answers = std::vector<KeyAnswer>{};
    const std::vector<std::pair<std::string, KeyOperation>> rows = {
        {"POST", KeyOperation::Install},
        {"PUT", KeyOperation::Use},
        {"DELETE", KeyOperation::Remove}};
    for (const auto& [method, operation] : rows) {
        const auto done = fixture.call(method + " /v1/operator/keyring", R"({"Key":"k=="})");
        EXPECT_EQ(done->status, 200);
        EXPECT_EQ(done->body, "");
        EXPECT_EQ(fixture.ring.key_request.operation, operation);
        EXPECT_EQ(fixture.ring.key_request.key, "k==");
    }
    EXPECT_EQ(fixture.call("PUT /v1/operator/keyring", "x")->status, 400);
    EXPECT_EQ(
        fixture.call("PUT /v1/operator/keyring?local-only=1", R"({"Key":"k"})")->body,
        "Bad request: Invalid use of local-only: local-only can only be set for list requests");
    EXPECT_EQ(fixture.call("GET /v1/operator/keyring?relay-factor=6")->body,
              "Bad request: Invalid relay-factor: Relay factor must be in range: [0, 5]");
    EXPECT_EQ(fixture.call("GET /v1/operator/keyring?relay-factor=x")->status, 400);
    EXPECT_EQ(fixture.call("POST /v1/operator/keyring", R"({"Key":"a","RelayFactor":6})")->body,
              "Bad request: Invalid relay-factor: Relay factor must be in range: [0, 5]");
    EXPECT_EQ(fixture.call("GET /v1/operator/keyring?local-only=x")->status, 400);
}

TEST(Keyring, FailuresNameTheNodes) {
    EndpointFixture fixture;
    fixture.ring.key_answers = std::vector<KeyAnswer>{{.wan = false,
                                                       .datacenter = "dc1",
                                                       .messages = {{"a", "no"}, {"b", "never"}},
                                                       .keys = {},
                                                       .primary_keys = {},
                                                       .nodes = 3,
                                                       .error = "2/3 nodes reported failure"}};
    const auto failed = fixture.call("DELETE /v1/operator/keyring", R"({"Key":"k=="})");
    EXPECT_EQ(failed->status, 500);
    EXPECT_EQ(failed->body,
              "3 errors occurred:\n\t* dc1 (LAN) error: 2/3 nodes reported failure\n\t* a: no\n\t* "
              "b: never\n\n");
    fixture.ring.key_answers = make_error(Errc::InvalidArgument, "that is no key");
    EXPECT_EQ(fixture.body_of("GET /v1/operator/keyring"), "that is no key");
}

}  // namespace
}  // namespace weft::api::testing
