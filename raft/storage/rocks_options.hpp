#pragma once

#include <rocksdb/options.h>

#include <string>

#include "agent/base/result.hpp"
#include "raft/storage/rocks_log_store.hpp"

namespace weft::raft {

rocksdb::Options rocks_options(const RocksLogStoreConfig& config);
rocksdb::ColumnFamilyOptions log_family_options(const RocksLogStoreConfig& config);
rocksdb::ColumnFamilyOptions small_family_options();  // meta and side: few, small, often rewritten

// Sentences for people from what RocksDB says.
Error open_error(const rocksdb::Status& status, const std::string& folder);
Error write_error(const rocksdb::Status& status, const std::string& folder);
Error read_error(const rocksdb::Status& status, const std::string& folder);
// what: "log entry 7 contradicts its checksum".
Error damaged(const std::string& folder, const std::string& what);

}  // namespace weft::raft
