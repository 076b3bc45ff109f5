#pragma once

#include <rocksdb/options.h>

#include <string>

#include "agent/base/result.hpp"
#include "agent/catalog/store/catalog_store.hpp"

namespace weft::agent {

rocksdb::Options database_options(const CatalogStoreConfig& config);
Result<void> make_database_folder(const std::string& folder);
Error database_open_error(const rocksdb::Status& status, const std::string& folder);
// what: "a record contradicts its checksum".
Error database_damaged(const std::string& folder, const std::string& what);

}  // namespace weft::agent
