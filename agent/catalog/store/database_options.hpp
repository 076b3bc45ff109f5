#pragma once

#include <rocksdb/options.h>

#include "agent/catalog/store/catalog_store.hpp"

namespace weft::agent {

rocksdb::Options database_options(const CatalogStoreConfig& config);

}  // namespace weft::agent
