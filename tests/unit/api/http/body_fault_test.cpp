#include <gtest/gtest.h>

#include "tests/unit/api/http/endpoint_fixture.hpp"

namespace weft::api::testing {
namespace {

// What stands beside the refusal of a body; "" when nothing does.
std::string fault_of(const std::string& line, std::string body) {
    EndpointFixture fixture;
    const auto answer = fixture.call("PUT " + line, std::move(body));
    EXPECT_TRUE(answer && answer->status >= 400);
    for (const auto& [name, value] : answer->headers) {
        if (name == "X-Weft-Body-Error") return value;
    }
    return {};
}

constexpr const char* kService = "/v1/agent/service/register";
constexpr const char* kCheck = "/v1/agent/check/register";

TEST(BodyFault, ATypoHasAPlaceAndARemedy) {
    EXPECT_EQ(fault_of(kService, "{\n  \"Name\": \"a\",\n  \"Prot\": 80\n}"),
              "#/Prot, line 3, column 3: did you mean `Port`?");
    EXPECT_EQ(fault_of(kService, R"({"Name":"a","Checks":[{"TTL":"1s"},{"Intreval":"1s"}]})"),
              "#/Checks/1/Intreval, line 1, column 37: did you mean `Interval`?");
    EXPECT_EQ(fault_of("/v1/catalog/register", R"({"Node":"n","adress":"x"})"),
              "#/adress, line 1, column 13: did you mean `Address`?");
    EXPECT_EQ(fault_of("/v1/txn", R"([{"KV":{"Verb":"set","Key":"a","Valeu":"YQ=="}}])"),
              "#/0/KV/Valeu, line 1, column 32: did you mean `Value`?");
    EXPECT_EQ(fault_of(kCheck, R"({"Name":"c","Frobnicate":1})"), "#/Frobnicate, line 1, column 13")
        << "nothing is like it";
}

TEST(BodyFault, AWrongValueIsPointedAt) {
    EXPECT_EQ(fault_of(kService, R"({"Name":"a","Port":"x"})"), "#/Port, line 1, column 20");
    EXPECT_EQ(fault_of(kService, R"({"Name":"a","Meta":{"k":1}})"), "#/Meta/k, line 1, column 25");
    EXPECT_EQ(fault_of(kCheck, R"({"Name":"c","TTL":"5"})"), "#/TTL, line 1, column 19");
    EXPECT_EQ(fault_of("/v1/operator/autopilot/configuration", R"({"MinQuorum":-1})"),
              "#/MinQuorum, line 1, column 14");
    EXPECT_EQ(fault_of("/v1/session/create", R"({"Name":1})"), "#/Name, line 1, column 9");
    EXPECT_EQ(fault_of("/v1/config", "{\"Kind\":\"service-defaults\",\n \"Protocl\":\"http\"}"),
              "#/Protocl, line 2, column 2: did you mean `Protocol`?");
    EXPECT_EQ(
        fault_of("/v1/config", R"({"Kind":"mesh","TLS":{"Incoming":{"TLSMinVersion":"1.3"}}})"),
        "#/TLS/Incoming/TLSMinVersion, line 1, column 51");
    EXPECT_EQ(fault_of("/v1/config", "{"), "#, line 1, column 2");
}

// Consul's sentences do not begin with the field; a pointer leads to something all the same.
TEST(BodyFault, ARuleOfAnEntryIsPointedAtWhateverItsWords) {
    const auto expect = [](const std::string& rest, const std::string& fault) {
        EXPECT_EQ(fault_of("/v1/config", R"({"Name":"a",)" + rest), fault);
    };
    expect(R"("Kind":"service-splitter","Splits":[{"Weight":95}]})", "#/Splits, line 1, column 48");
    expect(R"("Kind":"service-splitter"})", "#, line 1, column 1");
    expect(R"("Kind":"service-router","Routes":[{"Match":{"HTTP":{"PathPrefix":"x"}}}]})",
           "#/Routes/0/Match/HTTP/PathPrefix, line 1, column 78");
    expect(R"("Kind":"service-resolver","Failover":{"*":{}}})",
           "#/Failover/%2A, line 1, column 55");
    expect(R"("Kind":"service-resolver","Subsets":{"V/~ 1":{}}})",
           "#/Subsets/V~1~0%201, line 1, column 58");
    EXPECT_EQ(fault_of("/v1/config", R"({"Kind":"service-defaults"})"), "#, line 1, column 1");
    EXPECT_EQ(
        fault_of("/v1/internal/weft/config-entries", R"([{"Entry":{"Kind":"mesh"}},{"a/b":1}])"),
        "#/1/a~1b, line 1, column 35");
}

TEST(BodyFault, BrokenJsonIsPointedAtByCharacter) {
    EXPECT_EQ(fault_of(kService, "{\n\"\xc3\xa9\": x}"), "#, line 2, column 6");
    EXPECT_EQ(fault_of(kService, ""), "#, line 1, column 1");
}

TEST(BodyFault, NamesOfClientsCannotBreakTheHeader) {
    EXPECT_EQ(fault_of(kService, R"({"a/b~\r\nX: y":1})"),
              "#/a~1b~0%0D%0AX%3A%20y, line 1, column 2");
    EXPECT_EQ(fault_of(kService, "{\"" + std::string(5000, 'x') + "\":1}").size(),
              std::string("#, line 1, column 2").size() + 256);
}

TEST(BodyFault, ARuleThatIsBrokenHasNoPlace) {
    EXPECT_EQ(fault_of(kService, "{}"), "");
    EXPECT_EQ(fault_of("/v1/catalog/register", R"({"Node":"n"})"), "");
}

}  // namespace
}  // namespace weft::api::testing
