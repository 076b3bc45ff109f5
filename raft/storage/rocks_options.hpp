#pragma once

#include <rocksdb/options.h>

#include "raft/storage/rocks_log_store.hpp"

namespace weft::raft {

rocksdb::DBOptions rocks_options(const RocksLogStoreConfig& config);
rocksdb::ColumnFamilyOptions log_family_options(const RocksLogStoreConfig& config);
rocksdb::ColumnFamilyOptions small_family_options();  // meta and side: few, small, often rewritten

}  // namespace weft::raft
