#include "agent/catalog/store/database_options.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <filesystem>

namespace weft::agent {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

bool is_held_lock(const rocksdb::Status& status) {
    if (!status.IsIOError()) return false;
    const std::string text = status.ToString();
    return text.find("While lock file") != std::string::npos ||
           text.find("lock hold by") != std::string::npos;
}

// Tables are read once, in order, when the agent starts: a cache would only cost memory.
std::shared_ptr<rocksdb::TableFactory> table_factory() {
    rocksdb::BlockBasedTableOptions table;
    table.no_block_cache = true;
    table.block_size = 32 * kKiB;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

}  // namespace

rocksdb::Options database_options(const CatalogStoreConfig& config) {
    rocksdb::Options options;
    if (config.env != nullptr) options.env = config.env;
    options.create_if_missing = true;
    // Without a WAL a family alone in a flush would tear a round apart, should there be a second.
    options.atomic_flush = true;
    options.paranoid_checks = true;
    options.max_bgerror_resume_count = 0;
    options.avoid_flush_during_shutdown = true;  // a round that was not reported never happened

    options.table_factory = table_factory();
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = 32 * kMiB;  // never reached: every round is flushed
    options.arena_block_size = 256 * kKiB;
    options.max_write_buffer_number = 2;
    // Rounds rewrite scattered keys: by levels, each compaction would rewrite the whole catalog.
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = 8;
    options.level0_slowdown_writes_trigger = 40;
    options.level0_stop_writes_trigger = 60;

    options.max_open_files = -1;
    options.max_file_opening_threads = 1;
    options.max_background_jobs = 2;
    options.table_cache_numshardbits = 0;
    options.manifest_preallocation_size = 64 * kKiB;
    options.max_manifest_file_size = kMiB;
    options.allow_concurrent_memtable_write = false;
    options.enable_write_thread_adaptive_yield = false;

    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    options.keep_log_file_num = 2;
    options.max_log_file_size = kMiB;
    return options;
}

// RocksDB syncs its own folder, but not the entry that names it.
Result<void> make_database_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return make_error(Errc::Io, fmt::format("cannot make the data directory {}: {}", folder,
                                                error.message()));
    }
    const std::string parent = std::filesystem::path(folder).parent_path().string();
    const int file =
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    error = {errno, std::generic_category()};
    if (file >= 0) ::close(file);
    if (synced) return success();
    return make_error(Errc::Io, fmt::format("cannot sync {}: {}", parent, error.message()));
}

Error database_open_error(const rocksdb::Status& status, const std::string& folder) {
    if (is_held_lock(status)) {
        return make_error(
            Errc::Unavailable,
            fmt::format("the data directory is in use by another process: cannot lock "
                        "{}/LOCK; stop the other agent or give this one a data_dir "
                        "of its own",
                        folder));
    }
    // Missing files are damage too: RocksDB names them in its manifest.
    if (status.IsCorruption() || status.IsPathNotFound()) {
        return database_damaged(folder, status.ToString());
    }
    const Errc code =
        status.IsNotSupported() || status.IsInvalidArgument() ? Errc::Unsupported : Errc::Io;
    return make_error(code, fmt::format("cannot open the catalog's checkpoint in {}: {}", folder,
                                        status.ToString()));
}

Error database_damaged(const std::string& folder, const std::string& what) {
    return make_error(
        Errc::Corrupt,
        fmt::format("the catalog's checkpoint in {} is damaged ({}). Nothing was changed. Restore "
                    "the data directory from a backup. Removing it loses the state of a single "
                    "server; with other servers the agent takes theirs",
                    folder, what));
}

}  // namespace weft::agent
