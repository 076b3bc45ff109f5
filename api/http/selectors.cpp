#include "api/http/selectors.hpp"

#include <fmt/format.h>

#include "agent/catalog/text_order.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

// Lengths stand before texts, so that no two lists look alike.
void append_part(std::string& key, std::string_view text) {
    fmt::format_to(std::back_inserter(key), "{}:", text.size());
    key.append(text);
}

}  // namespace

bool Selectors::has_tags(const agent::ServiceRow& row) const {
    return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
        return std::any_of(row.tags->begin(), row.tags->end(), [&](const SharedText& own) {
            return agent::fold_equal(own.view(), tag);
        });
    });
}

bool Selectors::has_meta(const agent::NodeRow& row) const {
    return std::all_of(node_meta.begin(), node_meta.end(), [&](const auto& wanted) {
        return std::any_of(row.meta->begin(), row.meta->end(), [&](const auto& own) {
            return own.first == std::string_view(wanted.first) &&
                   own.second == std::string_view(wanted.second);
        });
    });
}

std::vector<std::pair<std::string, std::string>> read_node_meta(const Request& request) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view pair : request.parameters("node-meta")) {
        const std::size_t colon = pair.find(':');
        const bool has_value = colon != std::string_view::npos;
        pairs.emplace_back(pair.substr(0, colon), has_value ? pair.substr(colon + 1) : "");
    }
    return pairs;
}

Result<bool> read_passing(const Request& request) {
    const auto value = request.parameter("passing");
    if (!value) return false;
    if (value->empty()) return true;
    if (const auto flag = go_parse_bool(*value)) return *flag;
    return make_error(Errc::InvalidArgument, "Invalid value for ?passing");
}

Result<void> read_filter(const Request& request, const FieldSet& fields, Selectors& selectors) {
    selectors.filter_text = request.parameter("filter").value_or("");
    auto filter = parse_filter(selectors.filter_text, fields);
    if (!filter) {
        return make_error(filter.error().code,
                          std::string(kFilterErrorPrefix) + filter.error().context);
    }
    selectors.filter = std::move(filter).value();
    return success();
}

Result<Selectors> read_selectors(const Request& request, const FieldSet& fields,
                                 std::string_view own_node) {
    Selectors selectors;
    for (const std::string_view tag : request.parameters("tag"))
        selectors.tags.push_back(agent::folded(tag));
    selectors.node_meta = read_node_meta(request);
    const std::string_view near = request.parameter("near").value_or("");
    selectors.near = near == "_agent" ? own_node : near;
    WEFT_TRY(read_filter(request, fields, selectors));
    return selectors;
}

std::string cache_key(std::string_view endpoint, std::string_view subject,
                      const Selectors& selectors) {
    std::string key(endpoint);
    append_part(key, subject);
    for (const std::string& tag : selectors.tags) append_part(key.append("t"), tag);
    for (const auto& [name, value] : selectors.node_meta) {
        append_part(key.append("m"), name);
        append_part(key, value);
    }
    if (!selectors.near.empty()) append_part(key.append("n"), selectors.near);
    if (!selectors.filter_text.empty()) append_part(key.append("f"), selectors.filter_text);
    if (selectors.passing_only) key.append("p");
    return key;
}

agent::Watch watch_of(agent::WatchKind kind, std::string_view name) {
    return {kind, agent::folded(name)};
}

CatalogQuery failing_query(Error error) {
    CatalogQuery query;
    query.render = [error = std::move(error)](const agent::View&) -> Result<std::string> {
        return error;
    };
    return query;
}

}  // namespace weft::api
