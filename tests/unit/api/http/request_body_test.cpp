#include <gtest/gtest.h>

#include "api/http/catalog_body.hpp"
#include "api/http/definition_body.hpp"
#include "api/http/transaction_body.hpp"

namespace weft::api {
namespace {

using std::chrono::seconds;

Result<agent::ServiceDefinition> read_service(std::string_view body) {
    BodyFault fault;
    return read_service_body(body, fault);
}

Result<agent::CheckDefinition> read_check(std::string_view body) {
    BodyFault fault;
    return read_check_body(body, fault);
}

TEST(ServiceBody, CheckStandsBeforeChecks) {
    auto service =
        read_service(R"({"Name":"a","Checks":[{"TTL":"1s"},{"TTL":"2s"}],"Check":{"TTL":"3s"}})");
    ASSERT_TRUE(service.has_value());
    ASSERT_EQ(service.value().checks.size(), 3u);
    EXPECT_EQ(service.value().checks[0].ttl, seconds(3));
    EXPECT_EQ(service.value().checks[2].ttl, seconds(2));
}

TEST(ServiceBody, MapsAreSortedAndObjectsKeptOpaque) {
    auto service = read_service(
        R"({"Name":"p","Kind":"connect-proxy","Port":1,"Meta":{"b":"2","a":"1"},
            "Proxy":{"DestinationServiceName":"d","Config":{"z":1,"a":{"k":[]}},
                     "Upstreams":[{"DestinationName":"u","LocalBindPort":5,"Config":null}]}})");
    ASSERT_TRUE(service.has_value()) << service.error().context;
    EXPECT_EQ(service.value().meta, (agent::StringMap{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(service.value().proxy->config_json, R"({"a":{"k":[]},"z":1})");
    EXPECT_EQ(service.value().proxy->upstreams[0].destination_type, "service");
}

TEST(ServiceBody, ASidecarIsNoticedAndItsFieldsAreChecked) {
    EXPECT_TRUE(read_service(R"({"Name":"a","Connect":{"SidecarService":{}}})")
                    .value()
                    .has_sidecar_service);
    EXPECT_FALSE(read_service(R"({"Name":"a","Connect":{"SidecarService":null}})")
                     .value()
                     .has_sidecar_service);
    EXPECT_EQ(
        read_service(R"({"Name":"a","Connect":{"SidecarService":{"Prot":1}}})").error().context,
        "Request decode failed: json: unknown field \"Prot\"");
}

// As Consul does with it.
TEST(ServiceBody, ItsChecksBelongToItWhateverTheySay) {
    const auto service = read_service(
        R"({"Name":"a","Check":{"ServiceID":"b","TTL":"1s"},"Checks":[{"service_id":"c","TTL":"2s"}]})");
    ASSERT_TRUE(service.has_value()) << service.error().context;
    ASSERT_EQ(service.value().checks.size(), 2u);
    EXPECT_EQ(service.value().checks[0].service_id, "");
    EXPECT_EQ(service.value().checks[1].service_id, "");
    EXPECT_EQ(read_service(R"({"Name":"a","Check":{"Token":"b","TTL":"1s"}})").error().context,
              "Request decode failed: json: unknown field \"Token\"");
}

TEST(ServiceBody, NumbersThatDoNotFitAreRefused) {
    EXPECT_EQ(read_service(R"({"Name":"a","Port":4294967376})").error().context,
              "Request decode failed: json: cannot unmarshal number 4294967376 into Go struct "
              "field .Port of type int");
}

TEST(ServiceBody, WeightsThatAreGivenInPartAreZeroElsewhere) {
    EXPECT_EQ(read_service(R"({"Name":"a","Weights":{"Passing":3}})").value().weights->warning, 0);
}

TEST(CheckBody, DurationsAreTextOrNanoseconds) {
    EXPECT_EQ(read_check(R"({"Name":"a","TTL":1500000000})").value().ttl,
              std::chrono::milliseconds(1500));
    EXPECT_EQ(read_check(R"({"Name":"a","TTL":"1h2m3.5s"})").value().ttl,
              std::chrono::milliseconds(3723500));
    EXPECT_FALSE(read_check(R"({"Name":"a","TTL":1e300})").has_error());
}

TEST(CheckBody, TheNameIsTheIdUnlessGiven) {
    EXPECT_EQ(read_check(R"({"Name":"a","TTL":"1s"})").value().id, "a");
    EXPECT_EQ(read_check(R"({"Name":"a","id":"b","TTL":"1s"})").value().id, "b");
}

TEST(CatalogBody, FillsInConsulsDefaults) {
    auto registration = read_catalog_register_body(
        R"({"Node":"n","Address":"10.0.0.1","NodeMeta":{},"Service":{"Service":"s"},
            "Check":{"Name":"c","Definition":{"TCP":"a:1","IntervaL":"5s"}},"Checks":[{"CheckID":"d","Status":"warning"}]})");
    ASSERT_TRUE(registration.has_value()) << registration.error().text;
    const agent::RegisterCommand& command = registration.value().command;
    EXPECT_FALSE(command.node.meta.is_null());
    EXPECT_TRUE(command.node.tagged_addresses.is_null());
    EXPECT_EQ(command.service->id, "s");
    EXPECT_EQ(command.service->weight_passing, 1);
    ASSERT_EQ(command.checks.size(), 2u);
    EXPECT_EQ(command.checks[0].status, agent::Status::Warning);
    EXPECT_EQ(command.checks[1].id, "c");
    EXPECT_EQ(command.checks[1].type, "tcp");
    EXPECT_EQ(command.checks[1].definition->interval_ns, 5'000'000'000);
    EXPECT_EQ(command.checks[1].status, agent::Status::Critical);
}

TEST(CatalogBody, IndexesHave64Bits) {
    EXPECT_TRUE(read_catalog_register_body(
        R"({"Node":"n","Address":"a","ModifyIndex":18446744073709551615,)"
        R"("Service":{"Service":"s","CreateIndex":2147483648}})"));
    const auto refused = read_catalog_register_body(R"({"Node":"n","ModifyIndex":-1})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text,
              "Request decode failed: json: cannot unmarshal number -1 into Go struct field "
              "RegisterRequest.ModifyIndex of type uint64");
}

TEST(CatalogBody, ListsThatNoLogCouldHoldAreRefused) {
    std::string checks = R"({"Name":"c"})";
    for (std::uint32_t i = 0; i < agent::kMaxListedRows; ++i) checks += R"(,{"Name":"c"})";
    const auto refused =
        read_catalog_register_body(R"({"Node":"n","Address":"a","Checks":[)" + checks + "]}");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 400);
    EXPECT_EQ(refused.error().text, "Too many entries in \"checks\": 16385, the limit is 16384");
}

TEST(ServiceBody, ListsThatNoLogCouldHoldAreRefused) {
    std::string addresses = R"("x0":{})";
    for (std::uint32_t i = 1; i <= agent::kMaxListedRows; ++i)
        addresses += ",\"x" + std::to_string(i) + "\":{}";
    const auto refused = read_service(R"({"Name":"s","TaggedAddresses":{)" + addresses + "}}");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().context, "Too many tagged addresses: 16385, the limit is 16384");
}

// Clients in Go send all fields of their structs.
TEST(CatalogBody, WeightsOfZeroAreNone) {
    for (const char* weights : {R"({"Passing":0,"Warning":0})", "{}", R"({"Passing":-1})",
                                R"({"Passing":70000})", R"({"Passing":1,"Warning":-1})"}) {
        const auto registration = read_catalog_register_body(
            std::string(R"({"Node":"n","Address":"a","Service":{"Service":"s","Weights":)") +
            weights + "}}");
        ASSERT_TRUE(registration) << weights << registration.error().text;
        EXPECT_EQ(registration.value().command.service->weight_passing, 1) << weights;
        EXPECT_EQ(registration.value().command.service->weight_warning, 1) << weights;
    }
    EXPECT_TRUE(read_catalog_deregister_body(R"({"Node":"n","Address":""})"));
}

TEST(CatalogBody, MetadataOfServicesHasConsulsBounds) {
    const auto text = [](const std::string& meta) {
        const auto registration = read_catalog_register_body(
            R"({"Node":"n","Address":"a","Service":{"ID":"i","Service":"s","Meta":)" + meta + "}}");
        return registration ? std::string() : registration.error().text;
    };
    EXPECT_EQ(text(R"({"good":"x"})"), "");
    EXPECT_EQ(text(R"({"bad key":"x"})"),
              "failed inserting service: Invalid Service Meta for node n and serviceID i: Couldn't "
              "load metadata pair ('bad key', 'x'): Key contains invalid characters");
    EXPECT_NE(text(R"({"consul-x":"x"})"), "");
    EXPECT_NE(text(R"({"k":")" + std::string(600, 'v') + "\"}"), "");
}

// What a verb does not need is not looked at.
TEST(TransactionBodies, OnlyWhatIsStoredIsChecked) {
    const auto first = [](const std::string& operation) {
        return read_transaction_body("[" + operation + "]", {}).value();
    };
    const auto check = first(R"({"Check":{"Verb":"get","Check":{"Node":"n","Status":"odd"}}})");
    EXPECT_TRUE(check.errors.empty());
    const auto service =
        first(R"({"Service":{"Verb":"get","Node":"n","Service":{"Service":"web"}}})");
    EXPECT_TRUE(service.errors.empty());
    EXPECT_EQ(service.command.operations[0].service->service.id, "");
    const auto set = first(
        R"({"Service":{"Verb":"set","Node":"n","Service":{"Service":"web","Meta":{"a b":"c"}}}})");
    ASSERT_EQ(set.errors.size(), 1u);
    EXPECT_EQ(set.errors[0].what.substr(0, 57),
              "Invalid Service Meta for node n and serviceID web: Couldn");
}

TEST(TransactionBodies, TheOnlyNamespaceIsTheDefaultOne) {
    for (const std::string& operation :
         {std::string(R"({"KV":{"Verb":"set","Key":"a","Namespace":"team"}})"),
          std::string(R"({"Service":{"Verb":"get","Node":"n","Service":{"Namespace":"team"}}})")}) {
        const auto body = read_transaction_body("[" + operation + "]", {}).value();
        ASSERT_EQ(body.errors.size(), 1u) << operation;
        EXPECT_EQ(body.errors[0].what.substr(0, 24), "Invalid Namespace \"team\"");
    }
    const auto body =
        read_transaction_body(R"([{"KV":{"Verb":"set","Key":"a","Namespace":"default"}}])", {});
    EXPECT_TRUE(body.value().errors.empty());
}

TEST(CatalogBody, RulesAnswer500AndSyntax400) {
    const auto refused = [](std::string_view body) {
        return read_catalog_register_body(body).error();
    };
    EXPECT_EQ(refused("null").text, "Must provide node");
    EXPECT_EQ(refused("null").status, 500);
    EXPECT_EQ(refused("[]").text,
              "Request decode failed: json: cannot unmarshal array into Go value of type "
              "structs.RegisterRequest");
    EXPECT_EQ(refused(R"({"Node":1})").text,
              "Request decode failed: json: cannot unmarshal number into Go struct field "
              "RegisterRequest.Node of type "
              "string");
    EXPECT_EQ(refused(R"({"Node":"n","Address":"a","Check":{"Name":"c","Status":"great"}})").status,
              500);
    EXPECT_EQ(refused(R"({"Node":"n","Address":"a","Check":{"Name":"c","Node":"m"}})").text,
              "check node \"m\" does not match node \"n\"");
    EXPECT_EQ(read_catalog_deregister_body("{}").error().text, "Must provide node");
}

}  // namespace
}  // namespace weft::api
