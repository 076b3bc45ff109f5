#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// What a snapshot says of itself.
struct SnapshotSummary {
    struct Table {
        std::string name;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };

    std::string id;
    std::uint64_t size = 0;  // of the state, unpacked
    std::uint64_t index = 0;
    std::uint64_t term = 0;
    std::int64_t unix_millis = 0;
    std::string datacenter, node, program;
    std::uint64_t skipped = 0;  // rows that this version would leave out
    std::vector<Table> tables;
};

// Reads a snapshot to its end and checks it; handed in by main, since the format is the catalog's.
using SnapshotInspector = std::function<Result<SnapshotSummary>(const std::string& path)>;

// `snapshot save`, `restore` and `inspect`.
std::vector<CliCommand> snapshot_commands(const SnapshotInspector& inspect);

// As `snapshot inspect` shows it.
std::string snapshot_table(const SnapshotSummary& summary);
std::string snapshot_json(const SnapshotSummary& summary);
// What restoring it does: "put 12 rows .. in the place of the whole catalog".
std::string restore_effect(const SnapshotSummary& summary);

}  // namespace weft::agent
