#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft::agent {

// A tar archive (POSIX ustar) in memory, and its gzip form.
class Archive {
public:
    // Every file gets that modification time, in seconds since 1970.
    explicit Archive(std::int64_t unix_time) : unix_time_(unix_time) {}

    // A name may have 99 bytes, all together 1 GiB; else Limit.
    Result<void> add(std::string_view name, std::string_view content);

    // The whole archive, compressed. Io when there is no memory for it.
    Result<std::string> compressed() const;

private:
    std::int64_t unix_time_;
    std::string tar_;
};

}  // namespace weft::agent
