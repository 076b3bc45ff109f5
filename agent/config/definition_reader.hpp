#pragma once

#include <optional>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

// Reads definitions of services, checks and watches out of a tree, by the field names of
// agent/catalog/definition_fields.hpp and watch_definition.hpp. Reports unknown fields, wrong
// types, and what the definitions' own validate() says, at their places.
std::optional<ServiceEntry> read_service(const TreeNode& node, const Place& place,
                                         Diagnostics& diagnostics);
std::optional<CheckEntry> read_check(const TreeNode& node, const Place& place,
                                     Diagnostics& diagnostics);
std::optional<WatchEntry> read_watch(const TreeNode& node, const Place& place,
                                     Diagnostics& diagnostics);

}  // namespace weft::agent
