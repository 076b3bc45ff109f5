#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/coordinates.hpp"
#include "agent/catalog/view.hpp"
#include "api/http/exchange.hpp"
#include "api/http/filter.hpp"

// The query parameters by which catalog reads choose and order rows: tag, node-meta, near, passing,
// filter.
namespace weft::api {

struct Selectors {
    std::vector<std::string> tags;                               // lower case; all must be there
    std::vector<std::pair<std::string, std::string>> node_meta;  // all must match
    std::string near;  // node whose rows come first, then those of its neighbours; empty: none
    std::string filter_text;
    Filter filter;
    bool passing_only = false;

    bool has_tags(const agent::ServiceRow& row) const;
    bool has_meta(const agent::NodeRow& row) const;
};

// own_node is what near=_agent means. The error is that of the filter, with Consul's prefix.
Result<Selectors> read_selectors(const Request& request, const FieldSet& fields,
                                 std::string_view own_node);

// filter alone, into selectors.
Result<void> read_filter(const Request& request, const FieldSet& fields, Selectors& selectors);

// node-meta=name:value, which may repeat; without a colon the value is empty.
std::vector<std::pair<std::string, std::string>> read_node_meta(const Request& request);

// passing, passing=true and the like; the error's context is the text of the 400 answer.
Result<bool> read_passing(const Request& request);

// Distinguishes answers of one endpoint: its name, what it is about and all selectors.
std::string cache_key(std::string_view endpoint, std::string_view subject,
                      const Selectors& selectors);

// Consul compares names of nodes and services without case where it watches them.
agent::Watch watch_of(agent::WatchKind kind, std::string_view name);

// A query that fails as Consul's reads do: status 500, after the checks of its other parameters.
CatalogQuery failing_query(Error error);

}  // namespace weft::api
