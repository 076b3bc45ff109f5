#include "agent/prepared_query/query_rules.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "agent/base/go_duration.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/prepared_query/query_template.hpp"
#include "agent/prepared_query/query_texts.hpp"

// Rules and texts of Consul 1.8, as it answers over HTTP.
namespace weft::agent {
namespace {

// What Consul shows in the place of a token to those who may not see it.
constexpr std::string_view kHiddenToken = "<hidden>";

Error invalid(const std::string& why) {
    return make_error(Errc::InvalidArgument, "Invalid prepared query: " + why);
}

Result<void> check_node_meta(const TextMap& meta) {
    StringMap pairs;
    for (const auto& [key, value] : meta) pairs.emplace_back(key, value);
    if (const auto valid = validate_metadata(pairs, true); !valid)
        return invalid(valid.error().message());
    return success();
}

Result<void> check_ttl(std::string_view text) {
    if (text.empty()) return success();
    const auto ttl = parse_go_duration(text);
    if (!ttl) return invalid(fmt::format("Bad DNS TTL '{}': {}", text, ttl.error().message()));
    if (ttl.value() < Duration::zero())
        return invalid(fmt::format("DNS TTL '{}', must be >=0", ttl.value().count()));
    return success();
}

struct TextSizes {
    std::size_t texts = 0;  // empty ones, too
    std::size_t bytes = 0;
};

TextSizes sizes_of(const QueryService& service) {
    TextSizes sizes;
    const auto add = [&](std::string_view, const SharedText& text) {
        ++sizes.texts;
        sizes.bytes += text.size();
    };
    QueryService copy = service;
    visit_texts(add, copy);
    for (const auto& [key, value] : *service.node_meta) sizes.bytes += key.size();
    for (const auto& [key, value] : *service.service_meta) sizes.bytes += key.size();
    return sizes;
}

Result<void> check_size(const PreparedQueryRow& row) {
    const TextSizes sizes = sizes_of(row.service);
    if (sizes.texts > kMaxQueryTexts)
        return invalid(
            fmt::format("its service has {} texts, the limit is {}", sizes.texts, kMaxQueryTexts));
    const std::size_t bytes = row.name.size() + row.token.size() + row.name_template.regexp.size() +
                              row.dns_ttl.size() + sizes.bytes;
    if (bytes <= kMaxQueryTextBytes) return success();
    return invalid(fmt::format("its texts have {} bytes together, the limit is {}", bytes,
                               kMaxQueryTextBytes));
}

}  // namespace

Result<void> check_query(const PreparedQueryRow& row) {
    if (row.name.empty() && !row.is_template() && row.session.empty())
        return invalid("Must be bound to a session");
    if (row.token == kHiddenToken) {
        return invalid(
            fmt::format("Bad Token '{}', it looks like a query definition with a redacted token "
                        "was submitted",
                        kHiddenToken));
    }
    if (row.service.service.empty()) return invalid("Must provide a Service name to query");
    if (row.service.failover.nearest_n < 0) {
        return invalid(
            fmt::format("Bad NearestN '{}', must be >= 0", row.service.failover.nearest_n));
    }
    WEFT_TRY(check_node_meta(row.service.node_meta.get()));
    WEFT_TRY(check_ttl(row.dns_ttl));
    WEFT_TRY(check_size(row));
    if (!row.is_template()) return success();
    const auto rendered = render_template(row, row.name);
    if (rendered) return success();
    return make_error(rendered.error().code,
                      "failed compiling template: " + rendered.error().message());
}

std::optional<Duration> dns_ttl(const PreparedQueryRow& row) {
    if (row.dns_ttl.empty()) return std::nullopt;
    const auto ttl = parse_go_duration(row.dns_ttl);
    if (!ttl || ttl.value() < Duration::zero()) return std::nullopt;
    return ttl.value();
}

}  // namespace weft::agent
