#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"

// Who is to answer a query: all of its filters must match (protocols: Serf messages).
namespace weft::gossip {

// Those whose name is listed.
struct NodeFilter {
    std::vector<std::string_view> nodes;
};

// Those whose value of the tag, empty without it, has a match of the expression (RE2's syntax).
struct TagFilter {
    std::string_view tag;
    std::string_view expression;
};

using QueryFilter = std::variant<NodeFilter, TagFilter>;

// bytes: an element of Query::filters. Errors are of WireErrc.
Result<QueryFilter> decode_query_filter(std::string_view bytes);

// Appends the element.
void encode_query_filter(std::string& out, const QueryFilter& filter);

}  // namespace weft::gossip
