#include "agent/prepared_query/query_rules.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace weft::agent {
namespace {

// Why a sound query, changed so, is refused; "" when it isn't.
std::string refusal(const std::function<void(PreparedQueryRow&)>& change) {
    PreparedQueryRow row;
    row.name = "db";
    row.service.service = "db";
    change(row);
    const auto checked = check_query(row);
    return checked ? "" : checked.error().message();
}

// Texts as Consul 1.8.7 answered.
TEST(QueryRules, AreConsuls) {
    EXPECT_EQ(refusal([](auto&) {}), "");
    EXPECT_EQ(refusal([](auto& row) { row.name = {}; }),
              "Invalid prepared query: Must be bound to a session");
    EXPECT_EQ(refusal([](auto& row) {
                  row.name = {};
                  row.session = "s";
              }),
              "");
    EXPECT_EQ(refusal([](auto& row) {
                  row.name = {};
                  row.name_template.type = "name_prefix_match";
              }),
              "");
    EXPECT_EQ(refusal([](auto& row) { row.token = "<hidden>"; }),
              "Invalid prepared query: Bad Token '<hidden>', it looks like a query definition with "
              "a redacted token was submitted");
    EXPECT_EQ(refusal([](auto& row) { row.service.service = {}; }),
              "Invalid prepared query: Must provide a Service name to query");
    EXPECT_EQ(refusal([](auto& row) { row.service.failover.nearest_n = -1; }),
              "Invalid prepared query: Bad NearestN '-1', must be >= 0");
    EXPECT_EQ(refusal([](auto& row) {
                  row.service.node_meta = TextMap{{"a b", "x"}};
              }),
              "Invalid prepared query: Couldn't load metadata pair ('a b', 'x'): Key contains "
              "invalid characters");
    EXPECT_EQ(refusal([](auto& row) { row.service.node_meta = TextMap{{"consul-x", "x"}}; }), "");
    EXPECT_EQ(refusal([](auto& row) { row.service.service_meta = TextMap{{"a b", "x"}}; }), "");
    EXPECT_EQ(refusal([](auto& row) { row.dns_ttl = "10"; }),
              "Invalid prepared query: Bad DNS TTL '10': time: missing unit in duration \"10\"");
    EXPECT_EQ(refusal([](auto& row) { row.dns_ttl = "-1s"; }),
              "Invalid prepared query: DNS TTL '-1000000000', must be >=0");
    EXPECT_EQ(refusal([](auto& row) { row.name_template.type = "zz"; }),
              "failed compiling template: Bad Template.Type 'zz'");
    EXPECT_EQ(refusal([](auto& row) { row.name_template.regexp = "^(x"; }), "")
        << "without a type it is no template";
}

// RE2 copies the groups of each thread at each byte: thousands of them took seconds and half a
// gigabyte for one name.
TEST(QueryRules, GroupsOfATemplateAreBounded) {
    const auto with_groups = [](int count) {
        return refusal([&](auto& row) {
            row.name_template.type = "name_prefix_match";
            std::string regexp;
            for (int i = 0; i < count; ++i) regexp += "(a?)";
            row.name_template.regexp = regexp;
        });
    };
    EXPECT_EQ(with_groups(32), "");
    EXPECT_EQ(with_groups(33),
              "failed compiling template: Bad Regexp: it has 33 groups, the limit is 32");
}

TEST(QueryRules, TextsHaveALimitTogether) {
    EXPECT_EQ(
        refusal([](auto& row) { row.service.near = std::string(kMaxQueryTextBytes - 4, 'x'); }),
        "");
    EXPECT_EQ(refusal([](auto& row) {
                  row.service.tags = TextList(8, SharedText(std::string(8 * 1024, 'x')));
              }),
              "Invalid prepared query: its texts have 65540 bytes together, the limit is 65536");
}

TEST(QueryRules, EmptyTextsCount) {
    const std::string why =
        refusal([](auto& row) { row.service.tags = TextList(kMaxQueryTexts, SharedText()); });
    EXPECT_NE(why.find("texts, the limit is 1024"), std::string::npos) << why;
}

TEST(QueryRules, TtlIsADuration) {
    PreparedQueryRow row;
    EXPECT_FALSE(dns_ttl(row));
    row.dns_ttl = "1500ms";
    EXPECT_EQ(dns_ttl(row), Duration(std::chrono::milliseconds(1500)));
    row.dns_ttl = "never";
    EXPECT_FALSE(dns_ttl(row));
}

}  // namespace
}  // namespace weft::agent
