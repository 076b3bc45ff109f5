#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <vector>

#include "agent/io/rocks/rocks_errors.hpp"
#include "raft/storage/rocks_log_store.hpp"

namespace weft::raft {

// Names of the records in the meta family.
inline constexpr std::string_view kMetaFormat = "format";  // never changes its form
inline constexpr std::string_view kMetaIdentity = "identity";
inline constexpr std::string_view kMetaHardState = "hard_state";
inline constexpr std::string_view kMetaBase = "base";
inline constexpr std::string_view kMetaAckedHint = "acked_hint";

// The format that this program writes. README.md lists what each version was.
inline constexpr std::uint64_t kLogFormat = 2;

struct RocksLogStore::Database {
    // Opens or creates; no more is known than that RocksDB accepts the files.
    static Result<std::unique_ptr<Database>> open(const RocksLogStoreConfig& config);
    ~Database();

    // Makes a new database ours, or checks that it is: format (older ones are upgraded) and
    // identity.
    Result<void> claim(const NodeId& identity);
    // Reads and verifies all of it; adds the entries to sizes.
    Result<LogState> load(EntrySizes& sizes) const;

    // The payload of a meta record; none when there is no such record.
    Result<std::optional<std::string>> meta(std::string_view name) const;
    Result<void> load_entries(LogState& state, EntrySizes& sizes) const;
    Result<void> verify_side() const;
    Result<void> initialize(const NodeId& identity);
    Result<void> upgrade_from_1();
    Result<void> put_synced(rocksdb::WriteBatch& batch);

    RocksErrors errors;
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;  // all, to be given back
    rocksdb::ColumnFamilyHandle* log = nullptr;
    rocksdb::ColumnFamilyHandle* meta_family = nullptr;
    rocksdb::ColumnFamilyHandle* side = nullptr;
};

}  // namespace weft::raft
