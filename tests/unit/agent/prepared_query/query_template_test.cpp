#include "agent/prepared_query/query_template.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/prepared_query/query_rules.hpp"

namespace weft::agent {
namespace {

PreparedQueryRow template_of(SharedText name, SharedText regexp = {}) {
    PreparedQueryRow row;
    row.name = std::move(name);
    row.name_template.type = "name_prefix_match";
    row.name_template.regexp = std::move(regexp);
    row.service.service = "db";
    return row;
}

// What becomes of one text, or why nothing does.
std::string rendered(std::string_view text, std::string_view name = "e-7") {
    PreparedQueryRow row = template_of("e-", "^e-(.*)$");
    row.service.service = text;
    const auto result = render_template(row, name);
    return result ? result.value().service.service.str() : result.error().message();
}

// As Consul 1.8.7 answered.
TEST(QueryTemplate, InterpolationsStandForNameAndGroups) {
    EXPECT_EQ(rendered("${name.full}"), "e-7");
    EXPECT_EQ(rendered("${name.prefix}|${name.suffix}|${agent.segment}|"), "e-|7||");
    EXPECT_EQ(rendered("${match(0)} ${match(1)} ${match(2)} ${match(-1)}."), "e-7 7  .");
    EXPECT_EQ(rendered("${ name.full }${match( 01 )}"), "e-77");
    EXPECT_EQ(rendered("a}b a$b {name.full}"), "a}b a$b {name.full}");
    EXPECT_EQ(rendered("$$"), "$");
    EXPECT_EQ(rendered("$${"), "${");
    EXPECT_EQ(rendered("$${name.full} $$${name.full}"), "${name.full} $e-7");
    EXPECT_EQ(rendered("${match(1)}", "other"), "") << "the expression does not match";
}

TEST(QueryTemplate, TheSuffixIsThatOfTheSpelling) {
    EXPECT_EQ(rendered("${name.prefix}|${name.suffix}", "E-7"), "e-|E-7");
    EXPECT_EQ(rendered("${name.suffix}|", "e-"), "|");
}

TEST(QueryTemplate, ErrorsTellWhatIsWrongAndWhere) {
    constexpr std::string_view kKnown =
        "between ${ and } there may be name.full, name.prefix, name.suffix, agent.segment or "
        "match(N)";
    for (const char* text :
         {"${", "${}", "${name.full", "${match(1)", "${match()}", "${match(x)}", "${match(1,2)}",
          "${match(1+1)}", "${match(99999999999999999999)}", "${\"text\"}", "${1 + 1}"}) {
        EXPECT_EQ(rendered(text), fmt::format("Bad format '{}' in Service.Service: parse error: "
                                              "syntax error: {}",
                                              text, kKnown));
    }
    EXPECT_EQ(rendered("a ${nope}"),
              fmt::format("Bad evaluation for 'a ${{nope}}' in Service.Service: 1:5: unknown "
                          "variable accessed: nope: {}",
                          kKnown));
    EXPECT_NE(rendered("${NAME.FULL}").find("1:3: unknown variable"), std::string::npos);
    EXPECT_NE(rendered("${match}").find("1:3: unknown variable accessed: match"),
              std::string::npos);
}

TEST(QueryTemplate, AllTextsOfTheServiceAreRendered) {
    PreparedQueryRow row = template_of("x-");
    QueryService& service = row.service;
    service.service = "${name.suffix}";
    service.failover.datacenters = TextList{"${name.suffix}", "dc2"};
    service.ignore_check_ids = TextList{"c-${name.suffix}"};
    service.near = "${name.suffix}";
    service.tags = TextList{"a", "!${name.suffix}", "${match(1)}"};
    service.node_meta = TextMap{{"k", "${name.suffix}"}};
    service.service_meta = TextMap{{"${name.suffix}", "${name.suffix}"}};
    row.dns_ttl = "10s";
    const auto result = render_template(row, "x-1");
    ASSERT_TRUE(result);
    QueryService expected = service;
    expected.service = "1";
    expected.failover.datacenters = TextList{"1", "dc2"};
    expected.ignore_check_ids = TextList{"c-1"};
    expected.near = "1";
    expected.tags = TextList{"a", "!1", ""};
    expected.node_meta = TextMap{{"k", "1"}};
    expected.service_meta = TextMap{{"${name.suffix}", "1"}};
    EXPECT_TRUE(result.value().service == expected);
    EXPECT_EQ(result.value().name, "x-") << "the rest is the template's";

    row.name_template.remove_empty_tags = true;
    EXPECT_EQ(render_template(row, "x-1").value().service.tags->size(), 2U);

    service.tags = TextList{"a", "${bad}"};
    EXPECT_NE(render_template(row, "x-1").error().message().find("Service.Tags[1]"),
              std::string::npos);
    service.tags = {};
    service.node_meta = TextMap{{"k", "${bad}"}};
    EXPECT_NE(render_template(row, "x-1").error().message().find("Service.NodeMeta[k]"),
              std::string::npos);
}

TEST(QueryTemplate, TypeAndExpressionAreChecked) {
    PreparedQueryRow row = template_of("x-", "^(x");
    EXPECT_EQ(render_template(row, "x-").error().message(),
              "Bad Regexp: error parsing regexp: missing closing ): `^(x`");
    row.name_template.type = "zz";
    EXPECT_EQ(render_template(row, "x-").error().message(), "Bad Template.Type 'zz'");
}

TEST(QueryTemplate, WhatItMakesHasALimit) {
    PreparedQueryRow row = template_of("x");
    std::string text;
    for (int i = 0; i < 4'000; ++i) text += "${name.full}";
    row.service.service = text;
    EXPECT_TRUE(render_template(row, std::string(16, 'x')));
    const auto large = render_template(row, std::string(500, 'x'));
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().message(), "Service.Service becomes larger than 65536 bytes");
    row.service.service = "db";
    row.service.tags = TextList(40, SharedText(text.substr(0, 1'200)));
    EXPECT_FALSE(render_template(row, std::string(500, 'x'))) << "all texts together";
}

}  // namespace
}  // namespace weft::agent
