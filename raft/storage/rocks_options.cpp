#include "raft/storage/rocks_options.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <limits>

namespace weft::raft {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

// Blocks are read when the log is opened and for lagging peers: a cache would only cost memory.
std::shared_ptr<rocksdb::TableFactory> table_factory() {
    rocksdb::BlockBasedTableOptions table;
    table.no_block_cache = true;
    table.block_size = 16 * kKiB;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

rocksdb::ColumnFamilyOptions family_options(std::size_t write_buffer_bytes) {
    rocksdb::ColumnFamilyOptions options;
    options.compression = rocksdb::kNoCompression;
    options.table_factory = table_factory();
    options.write_buffer_size = write_buffer_bytes;
    options.arena_block_size = std::min<std::size_t>(256 * kKiB, write_buffer_bytes / 8);
    options.max_write_buffer_number = 2;
    options.memtable_protection_bytes_per_key = 8;
    return options;
}

bool is_held_lock(const rocksdb::Status& status) {
    if (!status.IsIOError()) return false;
    const std::string text = status.ToString();
    return text.find("While lock file") != std::string::npos ||
           text.find("lock hold by") != std::string::npos;
}

}  // namespace

rocksdb::Options rocks_options(const RocksLogStoreConfig& config) {
    rocksdb::Options options;
    if (config.env != nullptr) options.env = config.env;
    options.create_if_missing = true;
    options.create_missing_column_families = true;

    // The default mode stops replay silently at the first bad record and so forgets acknowledged
    // entries.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.track_and_verify_wals_in_manifest = true;
    options.paranoid_checks = true;
    options.max_bgerror_resume_count =
        0;  // the default retries a failed write on its own, for ever

    // A WAL is kept until every family has flushed what it has in there: this makes the small ones
    // flush.
    options.max_total_wal_size = 2 * config.write_buffer_bytes;
    options.avoid_flush_during_shutdown = true;
    options.max_open_files = -1;
    options.max_file_opening_threads = 1;
    options.max_background_jobs = 2;
    options.table_cache_numshardbits = 0;
    options.manifest_preallocation_size = 64 * kKiB;
    options.max_manifest_file_size = kMiB;

    // One thread writes: the machinery for concurrent writers only costs.
    options.allow_concurrent_memtable_write = false;
    options.enable_write_thread_adaptive_yield = false;

    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    options.keep_log_file_num = 2;
    options.max_log_file_size = kMiB;
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

Error open_error(const rocksdb::Status& status, const std::string& folder) {
    if (is_held_lock(status)) {
        return make_error(
            Errc::Unavailable,
            fmt::format("the data directory is in use by another process: cannot lock "
                        "{}/LOCK; stop the other agent or give this one a data_dir "
                        "of its own",
                        folder));
    }
    // Missing files are damage too: RocksDB names them in its manifest.
    if (status.IsCorruption() || status.IsPathNotFound()) return damaged(folder, status.ToString());
    if (status.IsNotSupported() || status.IsInvalidArgument()) {
        return make_error(Errc::Unsupported,
                          fmt::format("cannot open the log in {}: {}", folder, status.ToString()));
    }
    return make_error(Errc::Io,
                      fmt::format("cannot open the log in {}: {}", folder, status.ToString()));
}

Error write_error(const rocksdb::Status& status, const std::string& folder) {
    if (status.IsNoSpace()) {
        return make_error(
            Errc::Io, fmt::format("the disk that holds {} is full: the log cannot be written ({}). "
                                  "Make room and start the agent again",
                                  folder, status.ToString()));
    }
    return make_error(Errc::Io,
                      fmt::format("writing the log in {} failed: {}. Writes are not tried "
                                  "again, since what a failed one left behind is unknown",
                                  folder, status.ToString()));
}

Error read_error(const rocksdb::Status& status, const std::string& folder) {
    if (status.IsCorruption()) return damaged(folder, status.ToString());
    return make_error(Errc::Io,
                      fmt::format("reading the log in {} failed: {}", folder, status.ToString()));
}

Error damaged(const std::string& folder, const std::string& what) {
    return make_error(
        Errc::Corrupt,
        fmt::format("the log in {} is damaged ({}), so that acknowledged writes may be missing. "
                    "Nothing was changed. Restore the data directory from a backup. Removing it "
                    "loses the state of a single server; with other servers the agent takes theirs",
                    folder, what));
}

}  // namespace weft::raft
