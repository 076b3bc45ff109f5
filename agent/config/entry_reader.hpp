#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/tree.hpp"
#include "agent/config_entry/entry.hpp"

namespace weft::agent {

// A configuration entry of a file, valid by itself, and as the agent keeps it.
struct EntryRead {
    ConfigEntry entry;
    std::string stored;
};

// By the reader and the rules of agent/config_entry. Reports the first mistake, where it stands.
std::optional<EntryRead> read_config_entry(const TreeNode& root,
                                           const std::shared_ptr<const Source>& source,
                                           Diagnostics& diagnostics);

// One of config_entries.bootstrap.
std::optional<BootstrapEntry> read_bootstrap_entry(const TreeNode& node, const Place& place,
                                                   Diagnostics& diagnostics);

// Warns of entries that stand there twice, and of those that do not go together. No errors: the
// catalog may have what they need, and what it has already is left alone.
void check_bootstrap_entries(const std::vector<BootstrapEntry>& entries,
                             const std::vector<Place>& places, Diagnostics& diagnostics);

}  // namespace weft::agent
