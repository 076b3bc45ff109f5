#pragma once

#include <system_error>

namespace weft::agent {

// Why the catalog refuses a command that is not wrong in itself.
enum class CatalogErrc {
    Outdated =
        1,  // what the command was checked against has changed since: check and propose again
};

const std::error_category& catalog_category();
std::error_code make_error_code(CatalogErrc code);

}  // namespace weft::agent

template <>
struct std::is_error_code_enum<weft::agent::CatalogErrc> : std::true_type {};
