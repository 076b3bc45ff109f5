#pragma once

#include <string_view>

#include "agent/catalog/rows.hpp"

// When results that have no subject of their own last changed; 0: never, as far as is remembered.
namespace weft::agent {

struct CatalogRoot;

Index key_index(const CatalogRoot& root, std::string_view key);
// Looks at all keys below the prefix.
Index prefix_index(const CatalogRoot& root, std::string_view prefix);

// Of a session that is gone: when the last one went.
Index session_index(const CatalogRoot& root, std::string_view id);
// Likewise of a prepared query.
Index prepared_query_index(const CatalogRoot& root, std::string_view id);

}  // namespace weft::agent
