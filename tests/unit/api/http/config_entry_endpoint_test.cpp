#include <gtest/gtest.h>

#include "tests/unit/api/http/endpoint_fixture.hpp"

namespace weft::api::testing {
namespace {

std::string put(EndpointFixture& fixture, std::string body, std::string_view query = "") {
    const auto answer = fixture.call("PUT /v1/config" + std::string(query), std::move(body));
    return std::to_string(answer->status) + " " + answer->body;
}

// A write that was not made through this agent.
void put_elsewhere(EndpointFixture& fixture, const std::string& kind, const std::string& name,
                   const std::string& body) {
    agent::PutConfigEntryCommand command;
    command.entry.kind = kind;
    command.entry.name = name;
    command.entry.body = body;
    command.seen_index = agent::kIndexMax;
    fixture.catalog.write(std::move(command), [](const Result<Written>& written) {
        EXPECT_TRUE(written) << written.error().message();
    });
}

const std::string kWeb = R"({"Kind":"service-defaults","Name":"web","Protocol":"http"})";
const std::string kSplit = R"({"Kind":"service-splitter","Name":"web","Splits":[{"Weight":100}]})";

TEST(ConfigEntryEndpoint, WhatIsReadMayBeWrittenAgain) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kWeb), "200 true");
    const std::string read = fixture.body_of("GET /v1/config/service-defaults/WEB");
    EXPECT_EQ(put(fixture, read), "200 true");
    EXPECT_EQ(fixture.body_of("GET /v1/config/service-defaults/web"), read);
}

TEST(ConfigEntryEndpoint, CompareAndSetAndDelete) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kWeb, "?cas=0"), "200 true");
    EXPECT_EQ(put(fixture, kWeb, "?cas=0"), "200 false");
    const auto index = fixture.catalog.view().config_entry("service-defaults", "web")->modify_index;
    const std::string cas = "?cas=" + std::to_string(index.get());
    EXPECT_EQ(fixture.body_of("DELETE /v1/config/service-defaults/web?cas=1"), "false");
    EXPECT_EQ(fixture.body_of("DELETE /v1/config/service-defaults/web" + cas), "true");
    EXPECT_EQ(fixture.body_of("DELETE /v1/config/service-defaults/web"), "{}");
    EXPECT_EQ(fixture.call("GET /v1/config/service-defaults/web")->status, 404);
    EXPECT_EQ(put(fixture, kWeb, "?cas=99999999999999999999"),
              "500 strconv.ParseUint: parsing \"99999999999999999999\": value out of range");
}

std::string item(const std::string& entry, std::string_view index = "") {
    return "{\"Entry\":" + entry + (index.empty() ? "" : ",\"ModifyIndex\":") + std::string(index) +
           "}";
}

std::string put_all(EndpointFixture& fixture, const std::string& items,
                    std::string_view query = "") {
    const auto answer = fixture.call("PUT /v1/internal/weft/config-entries" + std::string(query),
                                     "[" + items + "]");
    return std::to_string(answer->status) + " " + answer->body;
}

// Neither could be written before the other: a splitter needs a service that speaks HTTP, and while
// there is one the service must.
TEST(ConfigEntrySet, IsWrittenTogetherOrNotAtAll) {
    EndpointFixture fixture;
    const std::string both = item(kSplit) + "," + item(kWeb, "0");
    EXPECT_EQ(put_all(fixture, both, "?dry-run"), "200 true");
    EXPECT_EQ(fixture.body_of("GET /v1/config/service-splitter"), "[]");
    EXPECT_EQ(put_all(fixture, both), "200 true");
    EXPECT_EQ(put_all(fixture, both), "200 false") << "the service is there now";
    const std::string tcp = R"({"Kind":"service-defaults","Name":"web","Protocol":"tcp"})";
    const std::string refused = put_all(fixture, item(tcp) + "," + item(kSplit));
    EXPECT_EQ(refused.substr(0, 4), "500 ");
    EXPECT_EQ(put_all(fixture, item(tcp) + "," + item(kSplit), "?dry-run"), refused);
    EXPECT_EQ(put(fixture, kWeb), "200 true") << "nothing was changed";
    EXPECT_EQ(fixture.catalog.view().config_entries("").size(), 2u);
}

TEST(ConfigEntrySet, CirclesAreRefusedWhole) {
    EndpointFixture fixture;
    const auto to = [](const std::string& from, const std::string& service) {
        return item(R"({"Kind":"service-resolver","Name":")" + from +
                    R"(","Redirect":{"Service":")" + service + "\"}}");
    };
    EXPECT_EQ(put_all(fixture, to("a", "b") + "," + to("b", "a")).substr(0, 4), "500 ");
    EXPECT_EQ(fixture.body_of("GET /v1/config/service-resolver"), "[]");
}

// A set is one entry of the log, which holds a megabyte.
TEST(ConfigEntrySet, WhatIsTooLargeForOneWriteIsRefusedWhole) {
    EndpointFixture fixture;
    std::string items;
    for (int i = 0; i < 3; ++i) {
        items += (i == 0 ? "" : ",") +
                 item(R"({"Kind":"service-defaults","Name":"s)" + std::to_string(i) +
                      R"(","Meta":{"m":")" + std::string(400'000, 'x') + "\"}}");
    }
    for (const char* query : {"", "?dry-run"}) {
        const std::string refused = put_all(fixture, items, query);
        EXPECT_EQ(refused.substr(0, 4), "500 ");
        EXPECT_NE(refused.find("write them in parts"), std::string::npos) << refused.substr(0, 200);
    }
    EXPECT_EQ(fixture.body_of("GET /v1/config/service-defaults"), "[]");
}

TEST(ConfigEntrySet, MistakesHaveAPlace) {
    EndpointFixture fixture;
    const auto place = [&](const std::string& items) {
        const auto answer = fixture.call("PUT /v1/internal/weft/config-entries", "[" + items + "]");
        EXPECT_EQ(answer->status, 400);
        return answer->headers.at(0).second;
    };
    EXPECT_EQ(place(item(kWeb) + "," + item(R"({"Kind":"mesh","Tls":1})")),
              "#/1/Entry/Tls, line 1, column 101");
    EXPECT_EQ(place(item(kWeb) + "," + item(kWeb)), "#/1, line 1, column 71");
    EXPECT_EQ(place(R"({"entry":{}})"), "#/0/entry, line 1, column 11");
    EXPECT_EQ(place("{}"), "#/0, line 1, column 2");
    EXPECT_EQ(place(""), "#, line 1, column 1");
}

// A condition that does not hold comes before rules that are broken.
TEST(ConfigEntryEndpoint, ALostRaceIsNoBrokenRule) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kSplit, "?cas=5"), "200 false");
    EXPECT_EQ(put(fixture, kSplit, "?cas=0").substr(0, 4), "500 ");
}

// The writer finds that the entries are no longer those that the write was checked against.
TEST(ConfigEntryEndpoint, AChangeMeanwhileIsCheckedAgain) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kWeb), "200 true");
    fixture.catalog.before_write = [&] {
        put_elsewhere(fixture, "mesh", "mesh", R"({"Kind":"mesh"})");
    };
    EXPECT_EQ(put(fixture, kSplit), "200 true");
    EXPECT_EQ(fixture.body_of("DELETE /v1/config/service-splitter/web"), "{}");

    fixture.catalog.before_write = [&] {
        agent::DeleteConfigEntryCommand command;
        command.kind = "service-defaults";
        command.name = "web";
        command.seen_index = agent::kIndexMax;
        fixture.catalog.write(std::move(command),
                              [](const Result<Written>& written) { EXPECT_TRUE(written); });
    };
    EXPECT_EQ(put(fixture, kSplit),
              "500 discovery chain \"web\" uses a protocol \"tcp\" that does not permit advanced "
              "routing or splitting behavior; set Protocol to http, http2 or grpc in "
              "service-defaults/web");
    EXPECT_EQ(fixture.catalog.view().config_entry("service-splitter", "web"), nullptr);
}

TEST(ConfigEntryEndpoint, ItIsCheckedAgainABoundedNumberOfTimes) {
    EndpointFixture fixture;
    int changes = 0;
    // A write of its own between each check and the write that was checked.
    std::function<void()> change = [&] {
        ++changes;
        put_elsewhere(fixture, "mesh", "mesh",
                      R"({"Kind":"mesh","Meta":{"n":")" + std::to_string(changes) + "\"}}");
        fixture.catalog.before_write = change;
    };
    fixture.catalog.before_write = change;
    EXPECT_EQ(put(fixture, kWeb),
              "500 other configuration entries are being written all the time: try again");
    EXPECT_EQ(changes, 8);
}

// Ten at once, each checked against the same entries, would outdate nine others.
TEST(ConfigEntryEndpoint, ThoseOfOneAgentTakeTurns) {
    EndpointFixture fixture;
    fixture.catalog.before_write = [&] {
        for (int i = 0; i < 10; ++i) {
            const std::string name = "s" + std::to_string(i);
            EXPECT_FALSE(fixture.call("PUT /v1/config",
                                      R"({"Kind":"service-defaults","Name":")" + name + "\"}"));
        }
    };
    EXPECT_EQ(put(fixture, kWeb), "200 true");
    ASSERT_EQ(fixture.late_answers.size(), 10U);
    for (const Response& answer : fixture.late_answers) EXPECT_EQ(answer.body, "true");
}

TEST(ConfigEntryEndpoint, WhatOthersNeedStaysWithTheWayToIt) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kWeb), "200 true");
    EXPECT_EQ(put(fixture, R"({"Kind":"service-resolver","Name":"web","Subsets":{"v2":{}}})"),
              "200 true");
    EXPECT_EQ(put(fixture, R"({"Kind":"service-splitter","Name":"web",
                               "Splits":[{"Weight":100,"ServiceSubset":"v2"}]})"),
              "200 true");
    const auto refused = fixture.call("DELETE /v1/config/service-resolver/web");
    EXPECT_EQ(refused->status, 500);
    EXPECT_EQ(refused->body,
              "service \"web\" does not have a subset named \"v2\" (service-splitter/web)");
}

TEST(ConfigEntryEndpoint, OtherDatacentersAreOutOfReach) {
    EndpointFixture fixture;
    EXPECT_EQ(put(fixture, kWeb, "?dc=dc2"), "500 No path to datacenter");
    EXPECT_EQ(fixture.call("DELETE /v1/config/mesh/mesh?dc=dc2")->status, 500);
}

TEST(DiscoveryChainEndpoint, OverridesAreChecked) {
    EndpointFixture fixture;
    const auto post = [&](std::string body) {
        const auto answer = fixture.call("POST /v1/discovery-chain/web", std::move(body));
        return std::to_string(answer->status) + " " + answer->body;
    };
    EXPECT_EQ(post(""), "400 Bad request: Request decoding failed: EOF");
    EXPECT_EQ(post(R"({"OverrideMeshGateway":{"Mode":"sideways"}})"),
              "400 Invalid OverrideMeshGateway.Mode parameter");
    EXPECT_EQ(post(R"({"OverrideConnectTimeout":"soon"})"),
              "400 Bad request: Request decoding failed: 1 error(s) decoding:\n\n* error decoding "
              "'OverrideConnectTimeout': time: invalid duration \"soon\"");
}

}  // namespace
}  // namespace weft::api::testing
