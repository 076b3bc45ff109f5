#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"

namespace weft::agent {
namespace {

std::string error_of(std::string_view json) {
    const auto entry = decode_entry(json);
    return entry ? "" : entry.error().context;
}

TEST(EntryDecode, ErrorsAreConsuls) {
    EXPECT_EQ(error_of(""), "EOF");
    EXPECT_EQ(error_of("x"), "invalid character 'x' looking for beginning of value");
    EXPECT_EQ(error_of("[1]"),
              "json: cannot unmarshal array into Go value of type map[string]interface {}");
    EXPECT_EQ(error_of(R"({"Name":"x"})"),
              "Payload does not contain a kind/Kind key at the top level");
    EXPECT_EQ(error_of(R"({"Kind":1})"), "Kind value in payload is not a string");
    EXPECT_EQ(error_of(R"({"Kind":"bogus"})"), "invalid config entry kind: bogus");
    EXPECT_EQ(error_of(R"({"Kind":"service-defaults","Name":"x","Bogus":1})"),
              "1 error occurred:\n\t* invalid config key \"Bogus\"\n\n");
    EXPECT_EQ(error_of(R"({"Kind":"service-resolver","Name":"r3","ConnectTimeout":"fast"})"),
              "1 error(s) decoding:\n\n* error decoding 'ConnectTimeout': time: invalid duration "
              "\"fast\"");
    EXPECT_EQ(
        error_of(R"({"Kind":"proxy-defaults","Name":"global","Config":{"a":[1e-999,1e999]}})"),
        "json: cannot unmarshal number 1e999 into Go value of type float64");
}

TEST(EntryDecode, AllThatIsWrongIsToldWithItsPath) {
    EXPECT_EQ(error_of(R"({"Kind":"service-router","Name":"r","Bogus":1,
                           "Routes":[{"Match":{"HTTP":{"Path":"/"}}}]})"),
              "2 errors occurred:\n\t* invalid config key \"Bogus\"\n\t* invalid config key "
              "\"Routes[0].Match.HTTP.Path\"\n\n");
    EXPECT_EQ(
        error_of(R"({"Kind":"ingress-gateway","Name":"i","TLS":3,
                           "Listeners":[{"Port":"x","Services":[{"Hosts":{"a":1}}]}]})"),
        "3 error(s) decoding:\n\n"
        "* 'Listeners[0].Services[0].Hosts[0]' expected type 'string', got unconvertible type "
        "'map[string]interface {}'\n"
        "* 'TLS' expected a map, got 'float64'\n"
        "* cannot parse 'Listeners[0].Port' as int: strconv.ParseInt: parsing \"x\": invalid "
        "syntax");
}

TEST(EntryDecode, NamesMatchInBothSpellingsWithoutRegardToCase) {
    const auto entry = decode_entry(
        R"({"kind":"service-defaults","NAME":"a","mesh_gateway":{"MODE":"local"},
            "externalSNI":"x.example","CreateIndex":1,"ModifyIndex":2})");
    ASSERT_TRUE(entry.has_value()) << entry.error().context;
    const auto& defaults = std::get<ServiceDefaults>(entry.value());
    EXPECT_EQ(defaults.name, "a");
    EXPECT_EQ(defaults.mesh_gateway.mode, "local");
    EXPECT_EQ(defaults.external_sni, "x.example");
}

TEST(EntryDecode, ValuesAreBentToTheirFields) {
    const auto entry = decode_entry(
        R"({"Kind":"service-router","Name":1,"Routes":{"Match":[{"HTTP":{"Methods":"get"}}],
            "Destination":{"NumRetries":"3","RetryOnConnectFailure":"true",
                           "RetryOnStatusCodes":503,"RequestTimeout":1500000000}}})");
    ASSERT_TRUE(entry.has_value()) << entry.error().context;
    const auto& router = std::get<ServiceRouter>(entry.value());
    EXPECT_EQ(router.name, "1");
    ASSERT_EQ(router.routes.size(), 1u);
    EXPECT_EQ(router.routes[0].match->http->methods, std::vector<std::string>{"get"});
    const RouteDestination& to = *router.routes[0].destination;
    EXPECT_EQ(to.num_retries, 3);
    EXPECT_TRUE(to.retry_on_connect_failure);
    EXPECT_EQ(to.retry_on_status_codes, std::vector<std::int64_t>{503});
    EXPECT_EQ(to.request_timeout, std::chrono::milliseconds(1500));
}

struct Found {
    std::string path;
    std::string text;  // from there on
    std::string meant;
    std::string way;
};

Found found_in(std::string_view json) {
    const auto tree = parse_json(json);
    EntryFault fault;
    auto entry = decode_entry(tree.value(), &fault);
    if (entry) {
        EXPECT_FALSE(prepare(entry.value(), &fault)) << json;
    }
    const FaultPlace place = place_of(tree.value(), fault);
    return {fault.path, std::string(json.substr(place.offset, 8)), fault.meant,
            fmt::format("{}", fmt::join(place.way, "/"))};
}

TEST(EntryFault, SaysWhereTheFirstMistakeIs) {
    const auto expect = [](std::string_view json, std::string_view path, std::string_view text,
                           std::string_view meant = "") {
        const Found found = found_in(json);
        EXPECT_EQ(found.path, path) << json;
        EXPECT_EQ(found.text, text) << json;
        EXPECT_EQ(found.meant, meant) << json;
    };
    expect(R"({"Kind":"service-defalts","Name":"a"})", "Kind", R"("service)", "service-defaults");
    expect(R"({"Kind":"service-defaults","Name":"a","protocl":"http"})", "protocl", R"("protocl)",
           "Protocol");
    expect(R"({"Kind":"service-resolver","Name":"a","Failover":{"x":{"Srvice":"b"}}})",
           "Failover[x].Srvice", R"("Srvice")", "Service");
    expect(R"({"Kind":"service-resolver","Name":"a","connect_timeout":"5"})", "ConnectTimeout",
           R"("5"})");
    expect(R"({"Kind":"service-splitter","Name":"a","splits":[{"weight":1},{"weight":[]}]})",
           "Splits[1].Weight", "[]}]}");
    // A block of a file, which stands for a list of one.
    expect(
        R"({"Kind":"service-router","Name":"a","routes":{"match":[{"http":{"path_exakt":"/"}}]}})",
        "Routes[0].Match.HTTP.path_exakt", R"("path_ex)", "PathExact");
    // Rules, once the types are right.
    expect(R"({"Kind":"mesh","TLS":{"Incoming":{"TLSMinVersion":"1.3"}}})",
           "TLS.Incoming.TLSMinVersion", R"("1.3"}}})");
}

// The way is that of the body, not of the rule: a client's spelling, lists that are written as
// their one item, and keys as they are. It ends where the body does.
TEST(EntryFault, LeadsOnlyThroughWhatIsThere) {
    const auto expect = [](std::string_view json, std::string_view way, std::string_view text) {
        const Found found = found_in(json);
        EXPECT_EQ(found.way, way) << json;
        EXPECT_EQ(found.text, text) << json;
    };
    expect(R"({"Kind":"service-splitter","Name":"a","splits":[{"Weight":95}]})", "splits",
           R"([{"Weigh)");
    expect(R"({"Kind":"service-splitter","Name":"a"})", "", R"({"Kind":)");
    expect(R"({"Kind":"service-defaults"})", "", R"({"Kind":)");
    expect(R"({"Kind":"service-router","Name":"a","Routes":[{},
               {"match":{"HTTP":{"path_prefix":"x"}}}]})",
           "Routes/1/match/HTTP/path_prefix", R"("x"}}}]})");
    expect(R"({"Kind":"service-router","Name":"a","Routes":{"Match":[{"HTTP":
               {"Header":[{"Name":"h"}]}}]}})",
           "Routes/Match/0/HTTP/Header/0", R"({"Name":)");
    expect(R"({"Kind":"service-router","Name":"a","Routes":[
               {"Destination":{"NumRetries":-1,"RetryOnStatusCodes":[503]}}]})",
           "Routes/0/Destination/NumRetries", R"(-1,"Retr)");
    expect(R"({"Kind":"service-router","Name":"a","Routes":[
               {"Destination":{"RetryOnStatusCodes":[503,1]}}]})",
           "Routes/0/Destination/RetryOnStatusCodes/1", "1]}}]}");
    expect(R"({"Kind":"service-resolver","Name":"a","Failover":{"*":{}}})", "Failover/*", "{}}}");
    expect(R"({"Kind":"service-resolver","Name":"a","Failover":{"V1":{"Service":"b"},"v1":{}},
               "Subsets":{"v1":{}}})",
           "Failover/V1", R"({"Servic)");
    expect(R"({"Kind":"service-resolver","Name":"a","Subsets":{"V \"]1\\":{"Filter":""}}})",
           R"(Subsets/V "]1\)", R"({"Filter)");
}

// Texts count them as they are stored, which is Consul's way.
TEST(EntryFault, SourcesAreCountedAsTheyWereWritten) {
    const auto way = [](const std::string& sources) {
        return found_in(R"({"Kind":"service-intentions","Name":"a","Sources":[)" + sources + "]}")
            .way;
    };
    EXPECT_EQ(way(R"({"Name":"*","Action":"deny"},{"Name":"b","Action":"maybe"})"),
              "Sources/1/Action");
    EXPECT_EQ(way(R"({"Name":"*","Action":"no"},{"Name":"b","Action":"deny"})"),
              "Sources/0/Action");
    EXPECT_EQ(
        way(R"({"Name":"*","Action":"deny"},{"Name":"c","Action":"deny"},{"Name":"C","Action":"deny"})"),
        "Sources/2/Name");
    EXPECT_EQ(way(R"({"Name":"*","Action":"deny"},{"Name":"b","Permissions":[{"Action":"deny",
                      "HTTP":{"Methods":["GET","GIT"]}}]})"),
              "Sources/1/Permissions/0/HTTP/Methods/1");
    EXPECT_EQ(way(""), "Sources");
}

TEST(EntryFault, KeysOfClientsAreReadAsTheyWereWritten) {
    for (const std::string key : {"v1", "*", "0", "a.b[1]", "\"]", "\\", "\\\"", ""}) {
        const std::vector<FaultStep> expected = {{"Subsets"}, {key, true}, {"Filter"}};
        EXPECT_EQ(steps_of(with_key("Subsets", key) + ".Filter"), expected) << key;
    }
    EXPECT_EQ(steps_of("a[\"b").size(), 2U) << "never closed";
}

TEST(EntryDecode, WeightsAreKeptToAHundredthOfAPercent) {
    constexpr std::pair<const char*, const char*> kCases[] = {
        {"99.99", "99.99"}, {"0.014", "0.01"}, {"90", "90"}, {"33.30", "33.3"}, {"-0.5", "-0.5"}};
    for (const auto& [text, shown] : kCases) {
        const auto entry = decode_entry(
            fmt::format(R"({{"Kind":"service-splitter","Splits":[{{"Weight":{}}}]}})", text));
        ASSERT_TRUE(entry.has_value());
        EXPECT_EQ(to_string(std::get<ServiceSplitter>(entry.value()).splits[0].weight), shown);
    }
}

TEST(EntryJson, IndexesStandLast) {
    EXPECT_EQ(with_indexes(R"({"Kind":"mesh"})", 3, 4),
              R"({"Kind":"mesh","CreateIndex":3,"ModifyIndex":4})");
}

TEST(EntryJson, WhatCouldNotBeReadAgainIsNotStored) {
    std::string paths = "{}";
    for (int i = 0; i < 40'000; ++i) paths += ",{}";
    const auto entry = decode_entry(R"({"Kind":"service-defaults","Name":"a","Expose":{"Paths":[)" +
                                    paths + "]}}");
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(stored_form(entry.value()).error().code, Errc::Limit);
}

}  // namespace
}  // namespace weft::agent
