#include "agent/catalog/store/database_options.hpp"

#include "agent/io/rocks/rocks_options.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

}  // namespace

// A round that was not reported never happened: nothing is flushed at the end.
rocksdb::Options database_options(const CatalogStoreConfig& config) {
    rocksdb::Options options(lean_database_options(config.env, config.warnings),
                             lean_family_options(32 * kKiB));
    // Without a WAL a family alone in a flush would tear a round apart, should there be a second.
    options.atomic_flush = true;
    options.write_buffer_size = 32 * kMiB;  // never reached: every round is flushed
    options.arena_block_size = 256 * kKiB;
    // Rounds rewrite scattered keys: by levels, each compaction would rewrite the whole catalog.
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = 8;
    options.level0_slowdown_writes_trigger = 40;
    options.level0_stop_writes_trigger = 60;
    return options;
}

}  // namespace weft::agent
