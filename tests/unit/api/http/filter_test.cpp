#include "api/http/filter.hpp"

#include <gtest/gtest.h>

#include "api/http/filter_fields.hpp"

namespace weft::api {
namespace {

agent::ServiceRow service() {
    agent::ServiceRow row;
    row.id = "web1";
    row.name = "web";
    row.tags = agent::TextList{"blue", "v1"};
    row.meta = agent::TextMap{{"env", "prod"}, {"ver", "1.2"}};
    row.tagged_addresses = agent::ServiceAddressMap{{"lan", {"10.0.0.1", 80}}};
    row.port = 80;
    agent::ProxyRow proxy;
    proxy.upstreams.resize(2);
    proxy.upstreams[1].destination_name = "db";
    proxy.upstreams[1].local_bind_port = 1000;
    row.proxy = std::move(proxy);
    return row;
}

std::string outcome(std::string_view text) {
    const agent::ServiceRow row = service();
    auto filter = parse_filter(text, service_fields());
    if (!filter) return filter.error().context;
    return filter.value().matches(&row) ? "yes" : "no";
}

TEST(Filter, ComparesEachTypeOfField) {
    EXPECT_EQ(outcome("Service == web"), "yes");
    EXPECT_EQ(outcome("Port == `0x50`"), "yes");
    EXPECT_EQ(outcome("EnableTagOverride == F"), "yes");
    EXPECT_EQ(outcome("Tags contains blue"), "yes");
    EXPECT_EQ(outcome("Tags not contains blue"), "no");
    EXPECT_EQ(outcome("Meta is not empty"), "yes");
    EXPECT_EQ(outcome("Meta[`env`] matches `^pr`"), "yes");
    EXPECT_EQ(outcome("TaggedAddresses.lan.Port == 80"), "yes");
    EXPECT_EQ(outcome("lan in TaggedAddresses"), "yes");
    EXPECT_EQ(outcome("Connect.Native == true"), "no");
}

TEST(Filter, AnyItemOfAListMayMatch) {
    EXPECT_EQ(outcome("Proxy.Upstreams.DestinationName == db"), "yes");
    EXPECT_EQ(outcome("Proxy.Upstreams.LocalBindPort == 7"), "no");
    EXPECT_EQ(outcome("Proxy.Expose.Paths.Path == x"), "no");
}

TEST(Filter, AMissingKeyDiffersFromEverything) {
    EXPECT_EQ(outcome("Meta.none == x"), "no");
    EXPECT_EQ(outcome("Meta.none != x"), "yes");
    EXPECT_EQ(outcome("Meta.none matches x"), "yes");
    EXPECT_EQ(outcome("x in Meta.none"), "no");
}

TEST(Filter, NotBindsTighterThanAndThanOr) {
    EXPECT_EQ(outcome("not Service == web or Port == 80"), "yes");
    EXPECT_EQ(outcome("Service == web or Port == 1 and Port == 2"), "yes");
    EXPECT_EQ(outcome("(Service == web or Port == 1) and Port == 2"), "no");
    EXPECT_EQ(outcome("not not Service == web"), "yes");
    EXPECT_EQ(outcome("not (Service == web and (Port == 80))"), "no");
}

TEST(Filter, ErrorsNameThePlaceOrTheSelector) {
    EXPECT_EQ(outcome("Service.Deep == 1"), "Selector \"Service.Deep\" is not valid");
    EXPECT_EQ(outcome("Proxy == 1"), "Invalid match operator \"Equal\" for selector \"Proxy\"");
    EXPECT_EQ(outcome("Port == 99999999999999999999"),
              "Failed to coerce value \"99999999999999999999\" for selector \"Port\": "
              "strconv.ParseInt: parsing "
              "\"99999999999999999999\": value out of range");
    EXPECT_EQ(outcome("Port == 8x"), "1:10 (9): rule \"number\": Invalid number literal");
    EXPECT_EQ(outcome("Meta[x] == y"), "1:6 (5): rule \"index\": Invalid index");
    EXPECT_EQ(outcome("Meta[\"x\" == y"), "1:10 (9): rule \"index\": Unclosed index expression");
    EXPECT_EQ(outcome("Service == \"a\\q\""), "1:12 (11): rule \"string\": invalid syntax");
    EXPECT_EQ(
        outcome("Service matches `(`"),
        "Failed to compile regular expression \"(\": error parsing regexp: missing closing ): `(`");
}

TEST(Filter, QuotesAndEscapesAreGos) {
    EXPECT_EQ(outcome("Service == \"\\x77\\145\\u0062\""), "yes");
    EXPECT_EQ(outcome("Service == `web`"), "yes");
    EXPECT_EQ(outcome("Service == \"\""), "no");
}

TEST(Filter, DepthLengthAndExpressionsAreBounded) {
    EXPECT_EQ(outcome(std::string(5000, '(')), "expression has more than 256 levels");
    EXPECT_EQ(outcome(std::string(20000, ' ')), "expression is longer than 16384 bytes");
    std::string many = "Service matches a";
    for (int i = 0; i < 20; ++i) many += " or Service matches a";
    EXPECT_EQ(outcome(many), "more than 16 regular expressions in one filter");
}

// Go's parser takes a time that doubles with each of these.
TEST(Filter, NestingCostsNoMoreThanItsLength) {
    std::string deep(80, '(');
    deep += "Service == web";
    EXPECT_NE(outcome(deep).find("Unmatched parentheses"), std::string::npos);
    deep.append(80, ')');
    EXPECT_EQ(outcome(deep), "yes");
}

TEST(Filter, AnEmptyTextPassesAll) {
    auto filter = parse_filter("", service_fields());
    ASSERT_TRUE(filter.has_value());
    EXPECT_TRUE(filter.value().passes_all());
    EXPECT_TRUE(filter.value().matches(nullptr));
}

}  // namespace
}  // namespace weft::api
