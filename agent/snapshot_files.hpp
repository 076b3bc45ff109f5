#pragma once

#include "agent/cli/snapshot_commands.hpp"

namespace weft::agent {

// Reads the whole file and checks it, for `weft snapshot inspect` and after `save`.
Result<SnapshotSummary> inspect_snapshot(const std::string& path);

}  // namespace weft::agent
