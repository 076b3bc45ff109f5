#pragma once

#include <string_view>

#include "agent/base/time.hpp"
#include "agent/catalog/command.hpp"
#include "api/http/catalog_body.hpp"

// Body of PUT /v1/session/create.
namespace weft::api {

// With the defaults that Consul fills in, of which the check serfHealth is one; an empty body has
// them all. The session is without an id.
CatalogBody<agent::SessionRow> read_session_body(std::string_view body, std::string_view node_name,
                                                 Duration ttl_min);

}  // namespace weft::api
