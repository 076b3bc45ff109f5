#include <gtest/gtest.h>

#include "api/http/answer_limit.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"

namespace weft::api::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

void register_service(EndpointFixture& fixture, std::string body) {
    EXPECT_EQ(fixture.call("PUT /v1/agent/service/register", std::move(body))->status, 200);
}

std::string hash_of(const Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "X-Consul-Contenthash") return value;
    }
    return {};
}

TEST(ServiceWatch, WaitsWhileTheContentIsTheKnownOne) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    const std::string hash = hash_of(*fixture.call("GET /v1/agent/service/web"));
    ASSERT_FALSE(hash.empty());

    EXPECT_FALSE(fixture.call("GET /v1/agent/service/web?wait=10s&hash=" + hash).has_value());
    register_service(fixture, R"({"Name":"other"})");
    EXPECT_TRUE(fixture.late_answers.empty());
    register_service(fixture, R"({"Name":"web","Port":81})");

    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_NE(fixture.late_answers[0].body.find("\"Port\":81"), std::string::npos);
    EXPECT_TRUE(fixture.late_answers[0].after_wait);
    EXPECT_NE(hash_of(fixture.late_answers[0]), hash);
    EXPECT_TRUE(fixture.timers.calls.empty());
}

TEST(ServiceWatch, AnswersTheSameContentWhenTheWaitEnds) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    const std::string hash = hash_of(*fixture.call("GET /v1/agent/service/web"));
    EXPECT_FALSE(fixture.call("GET /v1/agent/service/web?wait=16s&hash=" + hash).has_value());
    const Duration wait = fixture.timers.calls.begin()->second.first;
    EXPECT_GE(wait, seconds(16));
    EXPECT_LE(wait, seconds(17));

    fixture.timers.fire();
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(hash_of(fixture.late_answers[0]), hash);
    EXPECT_TRUE(fixture.late_answers[0].after_wait);
    register_service(fixture, R"({"Name":"web","Port":81})");
    EXPECT_EQ(fixture.late_answers.size(), 1u);
}

TEST(ServiceWatch, ADeregistrationIsAChange) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    const std::string hash = hash_of(*fixture.call("GET /v1/agent/service/web"));
    EXPECT_FALSE(fixture.call("GET /v1/agent/service/web?hash=" + hash).has_value());
    EXPECT_GE(fixture.timers.calls.begin()->second.first, minutes(5));
    fixture.call("PUT /v1/agent/service/deregister/web");
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(fixture.late_answers[0].body, "unknown service ID: web");
}

TEST(ServiceWatch, OtherHashesAndBadWaitsAnswerAtOnce) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    EXPECT_EQ(fixture.call("GET /v1/agent/service/web?hash=0")->status, 200);
    EXPECT_EQ(fixture.call("GET /v1/agent/service/web?hash=0&wait=x")->body, "Invalid wait time");
}

TEST(ServiceWatch, WaitersAreBounded) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    const std::string line =
        "GET /v1/agent/service/web?hash=" + hash_of(*fixture.call("GET /v1/agent/service/web"));
    for (int i = 0; i < 4096; ++i) EXPECT_FALSE(fixture.call(line).has_value());
    const auto refused = fixture.call(line);
    EXPECT_EQ(refused->status, 429);
    EXPECT_EQ(refused->refusal, Refusal::Waiters);
}

TEST(ServiceWatch, AnswersAtOnceWhenTheClientWaitsNoLonger) {
    EndpointFixture fixture;
    register_service(fixture, R"({"Name":"web"})");
    const std::string hash = hash_of(*fixture.call("GET /v1/agent/service/web"));
    EXPECT_FALSE(fixture.call("GET /v1/agent/service/web?hash=" + hash).has_value());
    fixture.long_poll->end();
    ASSERT_EQ(fixture.late_answers.size(), 1u);
    EXPECT_EQ(hash_of(fixture.late_answers[0]), hash);
    EXPECT_TRUE(fixture.timers.calls.empty());
    register_service(fixture, R"({"Name":"web","Port":81})");
    EXPECT_EQ(fixture.late_answers.size(), 1u);
}

TEST(ServiceWatch, WaitsAsConfigured) {
    EndpointFixture fixture;
    HttpConfig config;
    config.default_query_time = seconds(16);
    config.max_query_time = seconds(32);
    fixture.http_config = std::make_shared<HttpConfig>(config);
    register_service(fixture, R"({"Name":"web"})");
    const std::string line =
        "GET /v1/agent/service/web?hash=" + hash_of(*fixture.call("GET /v1/agent/service/web"));
    EXPECT_FALSE(fixture.call(line).has_value());
    EXPECT_FALSE(fixture.call(line + "&wait=1h").has_value());
    EXPECT_LE(fixture.timers.calls.at(1).first, seconds(17));
    EXPECT_GE(fixture.timers.calls.at(2).first, seconds(32));
    EXPECT_LE(fixture.timers.calls.at(2).first, seconds(34));
}

TEST(Endpoints, BodiesAndFiltersAreReadOnTheWorker) {
    EndpointFixture fixture;
    fixture.call("PUT /v1/agent/service/register", "{");
    fixture.call("PUT /v1/agent/check/register", "{");
    fixture.call("PUT /v1/agent/check/update/x", "{");
    fixture.call("GET /v1/agent/services?filter=Bogus==1");
    fixture.call("GET /v1/agent/checks?filter=(");
    EXPECT_EQ(fixture.posted_to_control, 0);
    fixture.call("GET /v1/agent/services");
    EXPECT_EQ(fixture.posted_to_control, 1);
}

TEST(Endpoints, ServicesAreFoundWithoutRegardToCase) {
    EndpointFixture fixture;
    for (const std::string path : {"/v1/catalog/service/", "/v1/health/service/"}) {
        const std::string body = fixture.body_of("GET " + path + "consul");
        EXPECT_NE(body.find("non_voter"), std::string::npos);
        EXPECT_EQ(fixture.body_of("GET " + path + "CONSUL"), body);
    }
}

TEST(Endpoints, NearPutsTheNodesOwnRowsFirst) {
    EndpointFixture fixture;
    fixture.call("PUT /v1/catalog/register", R"({"Node":"a","Address":"10.0.0.1"})");
    fixture.call("PUT /v1/catalog/register", R"({"Node":"z","Address":"10.0.0.2"})");
    EXPECT_LT(fixture.body_of("GET /v1/catalog/nodes").find("\"a\""),
              fixture.body_of("GET /v1/catalog/nodes").find("\"z\""));
    EXPECT_EQ(fixture.body_of("GET /v1/catalog/nodes?near=z").find("[{\"ID\":\"\",\"Node\":\"z\""),
              0u);
    EXPECT_NE(fixture.body_of("GET /v1/catalog/nodes?near=_agent").substr(0, 100).find("golden"),
              std::string::npos);
}

TEST(Endpoints, ADefinitionOfTheCatalogIsGivenBackWhole) {
    testing::EndpointFixture fixture;
    const std::string definition =
        R"({"Interval":"1s","OutputMaxSize":5,"Timeout":"2s",)"
        R"("DeregisterCriticalServiceAfter":"4s","HTTP":"h","TLSServerName":"n",)"
        R"("TLSSkipVerify":true,"Header":{"a":["b"]},"Method":"m","Body":"b",)"
        R"("DisableRedirects":true,"TCP":"t","TCPUseTLS":true,"UDP":"u","H2PING":"p",)"
        R"("H2PingUseTLS":true,"OSService":"o","ScriptArgs":["x","y"],"DockerContainerID":"d",)"
        R"("Shell":"sh","GRPC":"g","GRPCUseTLS":true,"AliasNode":"an","AliasService":"as",)"
        R"("TTL":3000000000})";
    fixture.call("PUT /v1/catalog/register",
                 R"({"Node":"e","Address":"127.0.0.9","Check":{"Name":"c","Definition":)" +
                     definition + "}}");
    EXPECT_THAT(fixture.body_of("GET /v1/health/node/e"),
                ::testing::HasSubstr("\"Definition\":" + definition));
}

TEST(Endpoints, CheckWithAWrongSelectorFailsOnceThereIsACheck) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.body_of("GET /v1/agent/checks?filter=Bogus==1"), "{}");
    EXPECT_EQ(fixture.call("GET /v1/agent/checks?filter=Bogus")->status, 500);
    fixture.call("PUT /v1/agent/check/register", R"({"Name":"c","TTL":"1s"})");
    EXPECT_EQ(fixture.body_of("GET /v1/agent/checks?filter=Bogus==1"),
              "Selector \"Bogus\" is not valid");
}

TEST(Endpoints, MembersShowThemselvesAsSerfDoes) {
    EndpointFixture fixture;
    EXPECT_EQ(
        fixture.body_of("GET /v1/agent/members"),
        R"([{"Name":"golden","Addr":"127.0.0.1","Port":8301,"Tags":{"dc":"dc1","role":"consul"},"Status":1,)"
        R"("ProtocolMin":1,"ProtocolMax":5,"ProtocolCur":2,"DelegateMin":2,"DelegateMax":5,"DelegateCur":4}])");
}

TEST(Endpoints, ConsulsAgentCacheServesServicesButNoChecksOrNodes) {
    EndpointFixture fixture;
    const auto agent_cached = [&](const std::string& target) {
        EXPECT_EQ(fixture.call("GET " + target)->status, 200) << target;
        return fixture.agent_cached;
    };
    for (const std::string meta : {"", "?node-meta=a:b"}) {
        for (const std::string path :
             {"/v1/catalog/services", "/v1/catalog/service/web", "/v1/catalog/connect/web",
              "/v1/health/service/web", "/v1/health/connect/web", "/v1/health/ingress/web"}) {
            EXPECT_TRUE(agent_cached(path + meta)) << path + meta;
        }
        for (const std::string path :
             {"/v1/catalog/nodes", "/v1/catalog/node/golden", "/v1/catalog/node-services/golden",
              "/v1/catalog/gateway-services/web", "/v1/health/checks/web", "/v1/health/node/golden",
              "/v1/health/state/any"}) {
            EXPECT_FALSE(agent_cached(path + meta)) << path + meta;
        }
    }
}

TEST(Endpoints, WhatIsThrownOnTheControlThreadIsAnsweredForTheLog) {
    EndpointFixture fixture;
    fixture.local.broken = true;
    const auto answer = fixture.call("GET /v1/agent/services");
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body, "broken");
    EXPECT_EQ(answer->failure, "broken");
}

TEST(Endpoints, LeaveAnswersAndLeaves) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.call("PUT /v1/agent/leave")->status, 200);
    EXPECT_TRUE(fixture.control.left);
}

TEST(Endpoints, MonitorStreamsLinesUntilTheClientLeaves) {
    EndpointFixture fixture;
    fixture.control.monitors_full = true;
    EXPECT_EQ(fixture.call("GET /v1/agent/monitor")->refusal, Refusal::Streams);
    fixture.control.monitors_full = false;
    EXPECT_EQ(fixture.call("GET /v1/agent/monitor?loglevel=loud")->body,
              "Bad request: Unknown log level: loud");
    EXPECT_FALSE(fixture.call("GET /v1/agent/monitor?loglevel=DEBUG").has_value());
    EXPECT_EQ(fixture.control.log_level, "debug");
    fixture.control.log(std::make_shared<const std::string>("one"));
    EXPECT_EQ(fixture.streamed(), "one\n");
    fixture.close_stream();
    fixture.control.log(std::make_shared<const std::string>("two"));
}

TEST(Endpoints, LaterFeaturesSayWhichAndKnowTheirMethods) {
    EndpointFixture fixture;
    EXPECT_EQ(fixture.call("GET /v1/connect/intentions/a")->status, 501);
    EXPECT_EQ(fixture.body_of("GET /v1/connect/intentions/a"),
              "Intentions are not in this version of weft");
    EXPECT_EQ(fixture.call("POST /v1/connect/intentions/a")->status, 405);
    EXPECT_EQ(fixture.body_of("PUT /v1/agent/service/register").substr(0, 21),
              "Request decode failed");
}

TEST(Endpoints, MetadataOfNodesChoosesChecksAndServices) {
    EndpointFixture fixture;
    const std::string checks =
        fixture.body_of("GET /v1/health/state/any?node-meta=consul-network-segment");
    EXPECT_NE(checks.find("serfHealth"), std::string::npos);
    EXPECT_EQ(fixture.body_of("GET /v1/catalog/services?node-meta=none:x"), "{}");
}

agent::RegisterCommand instance_on(const char* node, const char* service, bool connect = false) {
    agent::RegisterCommand command;
    command.node.name = node;
    command.node.address = "10.0.0.1";
    command.service.emplace();
    command.service->id = std::string(service) + "-1";
    command.service->name = service;
    command.service->connect_native = connect;
    return command;
}

std::size_t rows_of(EndpointFixture& fixture, const std::string& target) {
    const std::string body = fixture.body_of("GET " + target);
    std::size_t rows = 0;
    for (std::size_t at = 0; (at = body.find("\"Service\":{", at)) != std::string::npos; ++at)
        ++rows;
    return rows;
}

TEST(HealthService, PassingLeavesOutWhomTheRingHoldsAbsent) {
    EndpointFixture fixture;
    for (const char* node : {"a", "B", "external"})
        fixture.catalog.put(instance_on(node, "web", true));
    fixture.catalog.hold(
        {{"b", agent::Liveness::Absent}, {"of-the-ring", agent::Liveness::Absent}});
    for (const std::string kind : {"/v1/health/service/", "/v1/health/connect/"}) {
        SCOPED_TRACE(kind);
        EXPECT_EQ(rows_of(fixture, kind + "web?passing"), 2u);
        EXPECT_EQ(rows_of(fixture, kind + "web?passing=true&near=B"), 2u);
        EXPECT_EQ(rows_of(fixture, kind + "web?passing=false"), 3u);
        EXPECT_EQ(rows_of(fixture, kind + "web"), 3u);
    }
    EXPECT_NE(fixture.body_of("GET /v1/catalog/service/web").find("\"Node\":\"B\""),
              std::string::npos);
    fixture.catalog.hold({});
    EXPECT_EQ(rows_of(fixture, "/v1/health/service/web?passing"), 3u);
}

TEST(HealthService, PassingFallsBackToDoubtfulNodesOfWhatWasAskedFor) {
    EndpointFixture fixture;
    auto tagged = instance_on("a", "web");
    tagged.service->tags = agent::TextList{"v1"};
    fixture.catalog.put(tagged);
    fixture.catalog.put(instance_on("b", "web"));
    fixture.catalog.hold({{"a", agent::Liveness::Doubtful}});
    EXPECT_EQ(rows_of(fixture, "/v1/health/service/web?passing"), 1u);
    EXPECT_EQ(rows_of(fixture, "/v1/health/service/web?passing&tag=v1"), 1u);
    fixture.catalog.hold({{"a", agent::Liveness::Absent}, {"b", agent::Liveness::Absent}});
    EXPECT_EQ(fixture.body_of("GET /v1/health/service/web?passing"), "[]");
}

// The tags of a service stand in each of its checks: here half a gigabyte of them.
TEST(HealthService, AnswersStopWhereTheyAreFull) {
    EndpointFixture fixture;
    auto command = instance_on("a", "web");
    command.service->tags = agent::TextList(1024, SharedText(std::string(63, 'x')));
    for (int i = 0; i < 8'000; ++i) {
        command.checks.emplace_back().id = std::to_string(i);
        command.checks.back().service_id = "web-1";
    }
    fixture.catalog.put(command);
    constexpr std::size_t kRow = 100'000;
    for (const char* path : {"health/checks/web", "health/service/web", "internal/ui/node/a"}) {
        const std::size_t bytes = fixture.body_of(std::string("GET /v1/") + path).size();
        EXPECT_GT(bytes, kMaxAnswerBytes) << path;
        EXPECT_LT(bytes, kMaxAnswerBytes + kRow) << path;
    }
}

}  // namespace
}  // namespace weft::api::testing
