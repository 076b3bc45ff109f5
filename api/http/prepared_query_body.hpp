#pragma once

#include <string_view>

#include "agent/catalog/rows.hpp"
#include "api/http/catalog_body.hpp"

// Body of POST /v1/query and PUT /v1/query/:id.
namespace weft::api {

// As it stands there, without a look at what it says: the id too is the client's.
CatalogBody<agent::PreparedQueryRow> read_prepared_query_body(std::string_view body);

}  // namespace weft::api
