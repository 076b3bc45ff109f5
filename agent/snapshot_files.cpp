#include "agent/snapshot_files.hpp"

#include "agent/catalog/snapshot/reader.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {
namespace {

SnapshotSummary summary_of(const SnapshotReader& reader) {
    const SnapshotHeader& header = reader.header();
    SnapshotSummary summary;
    summary.id = header.id();
    summary.size = reader.state_bytes();
    summary.index = header.index.get();
    summary.term = header.term;
    summary.unix_millis = header.time.get();
    summary.datacenter = header.datacenter;
    summary.node = header.node;
    summary.program = header.program;
    summary.skipped = reader.skipped();
    for (const SnapshotTable& table : header.tables)
        summary.tables.push_back({table.name, table.rows, table.bytes});
    return summary;
}

}  // namespace

Result<SnapshotSummary> inspect_snapshot(const std::string& path) {
    WEFT_TRY(auto file, FileReader::open(path));
    const ReadBytes source = [&](std::span<char> buffer) { return file.read(buffer); };
    // Of any size: nothing of it is kept.
    WEFT_TRY(const auto reader, SnapshotReader::open(source, kTarMemberMax));
    while (true) {
        WEFT_TRY(const auto row, reader->next());
        if (!row) return summary_of(*reader);
    }
}

}  // namespace weft::agent
