#pragma once

#include <optional>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

// Reads an entry of config_entries.bootstrap, by the reader and the rules of agent/config_entry.
// Reports what is wrong with it at the field, where that can be told.
std::optional<BootstrapEntry> read_bootstrap_entry(const TreeNode& node, const Place& place,
                                                   Diagnostics& diagnostics);

// Warns of entries that stand there twice, and of those that do not go together. No errors: the
// catalog may have what they need, and what it has already is left alone.
void check_bootstrap_entries(const std::vector<BootstrapEntry>& entries,
                             const std::vector<Place>& places, Diagnostics& diagnostics);

}  // namespace weft::agent
