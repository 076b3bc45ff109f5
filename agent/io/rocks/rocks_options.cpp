#include "agent/io/rocks/rocks_options.hpp"

#include <rocksdb/table.h>

namespace weft {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr std::size_t kProtectionBytes = 8;  // per key

}  // namespace

rocksdb::DBOptions lean_database_options(rocksdb::Env* env, RocksWarnings warnings) {
    rocksdb::DBOptions options;
    if (env != nullptr) options.env = env;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    options.max_bgerror_resume_count =
        0;  // the default retries a failed write on its own, for ever
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
    options.info_log = rocks_log(std::move(warnings));
    return options;
}

rocksdb::ColumnFamilyOptions lean_family_options(std::size_t block_bytes) {
    rocksdb::BlockBasedTableOptions table;
    table.no_block_cache = true;
    table.block_size = block_bytes;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = rocksdb::kNoCompression;
    options.max_write_buffer_number = 2;
    options.memtable_protection_bytes_per_key = kProtectionBytes;
    return options;
}

rocksdb::WriteBatch protected_batch() {
    return rocksdb::WriteBatch(0, 0, kProtectionBytes, 0);
}

}  // namespace weft
