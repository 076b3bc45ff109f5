#pragma once

#include <string>

namespace weft::agent {

// JSON Schema (2020-12) of a configuration file, made from the key table, for editors. Keys without
// effect and old names are marked as deprecated, secrets as writeOnly.
std::string config_schema();

}  // namespace weft::agent
