#pragma once

#include <string>

namespace weft::agent {

// One row of the state in stored form, for the checkpoint (agent/catalog/store), snapshots and
// replication.
struct StoredRecord {
    std::string key;  // table tag and primary key; unique, sorts by table
    std::string
        value;  // self-describing msgpack with the row's indexes; empty in a change list: removed
};

}  // namespace weft::agent
