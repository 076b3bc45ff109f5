#pragma once

#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <cstddef>

#include "agent/io/rocks/rocks_log.hpp"

namespace weft {

// For a small database that one thread writes, with little memory and background work, that
// reports damage and fails for good. Callers add how the WAL is recovered and when a memtable is
// written. env: null for the system's.
rocksdb::DBOptions lean_database_options(rocksdb::Env* env, RocksWarnings warnings);
// Callers add compaction and the size of the write buffer.
rocksdb::ColumnFamilyOptions lean_family_options(std::size_t block_bytes);

// A batch whose keys and values are protected by checksums on their way to the memtable.
rocksdb::WriteBatch protected_batch();

}  // namespace weft
