#include "raft/storage/rocks_options.hpp"

#include <algorithm>

#include "agent/io/rocks/rocks_options.hpp"

namespace weft::raft {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

rocksdb::ColumnFamilyOptions family_options(std::size_t write_buffer_bytes) {
    rocksdb::ColumnFamilyOptions options = lean_family_options(16 * kKiB);
    options.write_buffer_size = write_buffer_bytes;
    options.arena_block_size = std::min<std::size_t>(256 * kKiB, write_buffer_bytes / 8);
    return options;
}

}  // namespace

rocksdb::DBOptions rocks_options(const RocksLogStoreConfig& config) {
    rocksdb::DBOptions options = lean_database_options(config.env, config.warnings);
    options.create_missing_column_families = true;
    // The default mode stops replay silently at the first bad record and so forgets acknowledged
    // entries.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.track_and_verify_wals_in_manifest = true;
    // A WAL is kept until every family has flushed what it has in there: this makes the small ones
    // flush.
    options.max_total_wal_size = 2 * config.write_buffer_bytes;
    return options;
}

rocksdb::ColumnFamilyOptions log_family_options(const RocksLogStoreConfig& config) {
    rocksdb::ColumnFamilyOptions options = family_options(config.write_buffer_bytes);
    options.level0_file_num_compaction_trigger = 4;
    options.target_file_size_base = config.write_buffer_bytes;
    return options;
}

rocksdb::ColumnFamilyOptions small_family_options() {
    return family_options(kMiB);
}

}  // namespace weft::raft
