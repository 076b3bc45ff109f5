#include <gmock/gmock.h>

#include "tests/unit/api/http/endpoint_fixture.hpp"

// What the recordings of the operator's endpoints do not show.
namespace weft::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kConfiguration = "/v1/operator/autopilot/configuration";

class Autopilot : public ::testing::Test {
protected:
    Response put(std::string body, std::string parameters = "") {
        return *fixture_.call("PUT " + (kConfiguration + parameters), std::move(body));
    }
    std::string now() { return fixture_.body_of(std::string("GET ") + kConfiguration); }

    EndpointFixture fixture_;
};

TEST_F(Autopilot, DefaultsAreAsOldAsTheCatalog) {
    EXPECT_EQ(now(),
              R"({"CleanupDeadServers":true,"LastContactThreshold":"200ms","MaxTrailingLogs":250,)"
              R"("MinQuorum":0,"ServerStabilizationTime":"10s","RedundancyZoneTag":"",)"
              R"("DisableUpgradeMigration":false,"UpgradeVersionTag":"","CreateIndex":1,)"
              R"("ModifyIndex":1})");
    EXPECT_EQ(put(R"({"MinQuorum":3})", "?cas=2").body, "false");
    EXPECT_EQ(put(R"({"MinQuorum":3})", "?cas=1").body, "true");
    EXPECT_THAT(now(), HasSubstr(R"("MinQuorum":3,"ServerStabilizationTime":"0s")"));
    EXPECT_THAT(now(), HasSubstr(R"("CreateIndex":1,)"));
    EXPECT_EQ(put(R"({"MinQuorum":4})", "?cas=1").body, "false");
}

TEST_F(Autopilot, BodiesAreReadAsConsulsClientsReadThem) {
    EXPECT_EQ(put(R"({"lastcontactthreshold":5,"MaxTrailingLogs":null})").status, 200);
    EXPECT_THAT(now(), HasSubstr(R"("LastContactThreshold":"5ns","MaxTrailingLogs":0)"));
    const auto refusal = [&](std::string body, std::string parameters = "") {
        const Response response = put(std::move(body), std::move(parameters));
        EXPECT_EQ(response.status, 400);
        EXPECT_THAT(response.body, StartsWith("Bad request: Error parsing "));
        return response.body.substr(27);
    };
    EXPECT_EQ(refusal(""), "autopilot config: EOF");
    EXPECT_EQ(refusal(R"({"LastContactThreshold":true})"),
              R"(autopilot config: strconv.ParseFloat: parsing "true": invalid syntax)");
    EXPECT_EQ(refusal(R"({"MinQuorum":-1})"),
              "autopilot config: json: cannot unmarshal number -1 into Go struct field "
              "AutopilotConfiguration.MinQuorum of type uint");
    EXPECT_EQ(refusal("[]"),
              "autopilot config: json: cannot unmarshal array into Go value of type "
              "api.AutopilotConfiguration");
    EXPECT_EQ(refusal("{}", "?cas="),
              R"(cas value: strconv.ParseUint: parsing "": invalid syntax)");
    EXPECT_EQ(refusal("x", "?cas=x"),
              "autopilot config: invalid character 'x' looking for beginning of value");
}

TEST_F(Autopilot, WhatCanHaveNoMeaningIsRefused) {
    EXPECT_THAT(put(R"({"LastContactThreshold":"-5s"})").body, HasSubstr("is negative"));
    EXPECT_THAT(put(R"({"ServerStabilizationTime":"-1ns"})").body, HasSubstr("is negative"));
    const std::string tag(129, 'x');
    EXPECT_EQ(put(R"({"RedundancyZoneTag":")" + tag + "\"}").status, 400);
    EXPECT_EQ(put(R"({"UpgradeVersionTag":")" + tag + "\"}").status, 400);
    EXPECT_THAT(now(), HasSubstr(R"("ModifyIndex":1})"));
}

TEST_F(Autopilot, OtherDatacentersAreNotThere) {
    EXPECT_EQ(put("{}", "?dc=mars").body, "No path to datacenter");
    EXPECT_EQ(fixture_.body_of("GET /v1/operator/autopilot/health?dc=mars"),
              "No path to datacenter");
    EXPECT_EQ(fixture_.call("GET /v1/operator/autopilot/state")->status, 200);
}

TEST_F(Autopilot, HealthIs429WhenSomethingIsAmiss) {
    EXPECT_EQ(fixture_.call("GET /v1/operator/autopilot/health")->status, 200);
    fixture_.control.healthy = false;
    const auto unhealthy = fixture_.call("GET /v1/operator/autopilot/health");
    EXPECT_EQ(unhealthy->status, 429);
    EXPECT_EQ(unhealthy->body, "{}");
    EXPECT_FALSE(unhealthy->refusal) << "no limit was reached";
}

TEST(Usage, CountsWhatIsRegistered) {
    EndpointFixture fixture;
    const auto add = [&](const std::string& service) {
        const auto added =
            fixture.call("PUT /v1/catalog/register",
                         R"({"Node":"n","Address":"10.0.0.1","Service":)" + service + "}");
        EXPECT_EQ(added->status, 200) << added->body;
    };
    add(R"({"Service":"web","ID":"w1"})");
    add(R"({"Service":"web","ID":"w2"})");
    add(R"({"Service":"native","Connect":{"Native":true}})");
    add(R"({"Service":"p","Kind":"connect-proxy","Port":1,"Proxy":{"DestinationServiceName":"web"}})");
    EXPECT_THAT(
        fixture.body_of("GET /v1/operator/usage"),
        StartsWith(R"({"Usage":{"dc1":{"Nodes":2,"Services":4,"ServiceInstances":5,)"
                   R"("ConnectServiceInstances":{"api-gateway":0,"connect-native":1,)"
                   R"("connect-proxy":1,"ingress-gateway":0,"mesh-gateway":0,)"
                   R"("terminating-gateway":0},"BillableServiceInstances":3}},"Index":15,)"));
}

TEST(Federation, OneDatacenterHasOneState) {
    EndpointFixture fixture;
    const std::string state =
        R"({"Datacenter":"dc1","UpdatedAt":"2026-11-26T10:00:00Z","PrimaryModifyIndex":1,)"
        R"("CreateIndex":1,"ModifyIndex":1})";
    EXPECT_EQ(fixture.body_of("GET /v1/internal/federation-states"), "[" + state + "]");
    EXPECT_EQ(fixture.body_of("GET /v1/internal/federation-states/mesh-gateways"), "{}");
    EXPECT_EQ(fixture.body_of("GET /v1/internal/federation-state/dc1"),
              "{\"State\":" + state +
                  R"(,"Index":1,"LastContact":0,"KnownLeader":true,"ConsistencyLevel":""})");
    EXPECT_EQ(fixture.call("GET /v1/internal/federation-state/mars")->status, 404);
    EXPECT_EQ(fixture.body_of("GET /v1/internal/federation-state/"),
              "Bad request: Missing datacenter name");
}

}  // namespace
}  // namespace weft::api::testing
