#pragma once

#include <cstdint>
#include <string>

#include "api/http/exchange.hpp"

// Paths below /v1/query/: what they mean, and how wrong methods are refused.
namespace weft::api {

enum class QueryAction : std::uint8_t { Itself, Execute, Explain };

struct QueryPath {
    QueryAction action = QueryAction::Itself;
    std::string id;  // or a name, for the two others; may hold slashes
};

QueryPath query_path(const Request& request);

// 405, or what OPTIONS gets. The methods of a query itself are not those of its execution.
Response wrong_query_method(const Request& request);

}  // namespace weft::api
