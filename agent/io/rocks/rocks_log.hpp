#pragma once

#include <functional>
#include <memory>
#include <string>

namespace rocksdb {
class Logger;
}

namespace weft {

// Takes a line, without its end, that RocksDB wants an operator to see. On any of its threads, also
// while the database is opened or closed.
using RocksWarnings = std::function<void(const std::string& line)>;

// In place of RocksDB's own file of messages: that one lies on the database's disk, and once a
// write to it has failed the next one ends the process by an assertion, which Debian's library has.
// Only warnings and errors; an empty sink drops them.
std::shared_ptr<rocksdb::Logger> rocks_log(RocksWarnings warnings);

}  // namespace weft
