#include "api/http/gateway_services.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/unit/api/http/endpoint_fixture.hpp"

namespace weft::api::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Gateways : public ::testing::Test {
protected:
    Gateways() {
        for (const char* name : {"web", "api", "consul"}) put_service(name);
        put_service("igw", "ingress-gateway");
        put_service("web-proxy", "connect-proxy", R"("DestinationServiceName":"web")");
    }

    void put_service(const std::string& name, const std::string& kind = "",
                     const std::string& proxy = "") {
        std::string body = R"({"Node":"n","Address":"127.0.0.1","Service":{"Service":")" + name +
                           R"(","Port":80,"Kind":")" + kind + "\"";
        if (!proxy.empty()) body += ",\"Proxy\":{" + proxy + "}";
        EXPECT_EQ(fixture_.call("PUT /v1/catalog/register", body + "}}")->body, "true") << name;
    }
    void put_entry(const std::string& entry) {
        EXPECT_EQ(fixture_.call("PUT /v1/config", entry)->body, "true") << entry;
    }
    void put_wildcard_gateway() {
        put_entry(R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
        put_entry(R"({"Kind":"ingress-gateway","Name":"igw","Listeners":[
            {"Port":8080,"Protocol":"http","Services":[{"Name":"*"}]},
            {"Port":70,"Protocol":"http","Services":[{"Name":"api","Hosts":["a.b"]}]}]})");
    }
    std::uint64_t index_of_entry(const std::string& kind, const std::string& name) const {
        return fixture_.catalog.view().config_entry(kind, name)->modify_index.get();
    }

    // "api 8080 wildcard", without what all have.
    std::vector<std::string> services_of(const std::string& gateway) {
        std::vector<std::string> all;
        const auto list =
            json::parse(fixture_.body_of("GET /v1/catalog/gateway-services/" + gateway));
        for (const json::value& link : list.as_array()) {
            std::string text(link.at("Service").at("Name").as_string());
            for (const char* detail : {"Port", "Hosts", "CAFile", "SNI"})
                if (const auto* found = link.as_object().if_contains(detail))
                    text += " " + json::serialize(*found);
            if (link.as_object().contains("FromWildcard")) text += " wildcard";
            all.push_back(std::move(text));
        }
        return all;
    }
    std::vector<std::string> ingress_of(const std::string& service_and_query) {
        std::vector<std::string> ids;
        const auto list =
            json::parse(fixture_.body_of("GET /v1/health/ingress/" + service_and_query));
        for (const json::value& instance : list.as_array())
            ids.emplace_back(instance.at("Service").at("ID").as_string());
        return ids;
    }

    EndpointFixture fixture_;
};

TEST_F(Gateways, AServiceIsShownWithItsListener) {
    put_entry(R"({"Kind":"ingress-gateway","Name":"igw","Listeners":[
                    {"Port":80,"Services":[{"Name":"db"}]}]})");
    const std::string number = std::to_string(index_of_entry("ingress-gateway", "igw"));
    EXPECT_EQ(fixture_.body_of("GET /v1/catalog/gateway-services/igw"),
              R"([{"Gateway":{"Name":"igw"},"Service":{"Name":"db"},)"
              R"("GatewayKind":"ingress-gateway","Port":80,"Protocol":"tcp","CreateIndex":)" +
                  number + R"(,"ModifyIndex":)" + number + "}]");
    EXPECT_EQ(fixture_.body_of("GET /v1/catalog/gateway-services/none"), "null");
}

TEST_F(Gateways, AWildcardStandsForPlainServices) {
    put_wildcard_gateway();
    EXPECT_THAT(services_of("igw"),
                ElementsAre("api 8080 wildcard", "api 70 [\"a.b\"]", "web 8080 wildcard"));
}

TEST_F(Gateways, WhatATerminatingGatewayNamesIsNotOfItsWildcard) {
    put_entry(R"({"Kind":"terminating-gateway","Name":"tgw","Services":[
        {"Name":"web","CAFile":"web.pem"},{"Name":"*","CAFile":"all.pem","SNI":"s"},
        {"Name":"outside"}]})");
    EXPECT_THAT(services_of("tgw"),
                ElementsAre("api \"all.pem\" \"s\" wildcard", "outside", "web \"web.pem\""));
}

// As in Consul: the index of a wildcard's service is that of the later one of both.
TEST_F(Gateways, AServiceThatComesLaterChangesTheAnswer) {
    put_entry(R"({"Kind":"terminating-gateway","Name":"tgw","Services":[{"Name":"*"}]})");
    const agent::Watch watch{agent::WatchKind::Gateways, {}};
    const auto before = fixture_.catalog.view().index_of(watch);
    put_service("late");
    EXPECT_THAT(services_of("tgw"), ElementsAre("api wildcard", "late wildcard", "web wildcard"));
    EXPECT_GT(fixture_.catalog.view().index_of(watch), before);
    const auto list = json::parse(fixture_.body_of("GET /v1/catalog/gateway-services/tgw"));
    EXPECT_EQ(list.at(0).at("ModifyIndex").to_number<std::uint64_t>(),
              index_of_entry("terminating-gateway", "tgw"));
    EXPECT_GT(list.at(1).at("ModifyIndex").to_number<std::uint64_t>(),
              index_of_entry("terminating-gateway", "tgw"));
}

TEST_F(Gateways, TheWayInIsTheInstancesOfTheGateway) {
    EXPECT_THAT(ingress_of("web"), IsEmpty());
    put_wildcard_gateway();
    for (const char* service : {"web", "WEB", "api", "web?filter=Service.Port==80"})
        EXPECT_THAT(ingress_of(service), ElementsAre("igw")) << service;
    for (const char* service : {"none", "igw", "consul", "web?filter=Service.Port==81"})
        EXPECT_THAT(ingress_of(service), IsEmpty()) << service;
    fixture_.call("PUT /v1/catalog/register",
                  R"({"Node":"n","Address":"127.0.0.1","Check":{"CheckID":"c","Name":"c",)"
                  R"("ServiceID":"igw","Status":"critical"}})");
    EXPECT_THAT(ingress_of("web"), ElementsAre("igw"));
    EXPECT_THAT(ingress_of("web?passing"), IsEmpty());
}

}  // namespace
}  // namespace weft::api::testing
