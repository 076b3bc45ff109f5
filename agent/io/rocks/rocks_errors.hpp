#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace rocksdb {
class Status;
}

namespace weft {

// What goes wrong with one database, in sentences for people.
struct RocksErrors {
    std::string what;  // "the log"
    std::string folder;

    // Unavailable (in use by another process), Corrupt, Unsupported, Io.
    Error open(const rocksdb::Status& status) const;
    // Corrupt, Io.
    Error read(const rocksdb::Status& status) const;
    // Io.
    Error write(const rocksdb::Status& status) const;
    // Corrupt. why: "log entry 7 contradicts its checksum".
    Error damaged(const std::string& why) const;

    // Unsupported when the format that was found is newer than what this program knows; Corrupt for
    // 0, which no program has written.
    Result<void> check_format(std::uint64_t found, std::uint64_t known) const;
    // InvalidArgument when the database belongs to another node; Corrupt when it does not say.
    Result<void> check_owner(const std::optional<std::string>& owner, std::string_view node) const;
};

}  // namespace weft
