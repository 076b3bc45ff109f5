#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/catalog/snapshot/byte_reader.hpp"

namespace weft::agent {

// The part of POSIX ustar that a snapshot needs: a few files without folders.
inline constexpr std::uint64_t kTarMemberMax = (std::uint64_t{1} << 33) - 1;  // eleven octal digits

// The block before a file's bytes; size is at most kTarMemberMax.
std::string tar_head(std::string_view name, std::uint64_t size, std::uint64_t unix_seconds);
// What fills up the last block of a file.
std::string tar_padding(std::uint64_t size);
std::string tar_end();

struct TarMember {
    std::string name;
    std::uint64_t size = 0;
};

// Errors: Errc::Corrupt, and those of the source.
class TarReader {
public:
    explicit TarReader(ReadBytes source) : source_(std::move(source)) {}

    // The next plain file; nothing at the end, when the source has ended, too. Passes over what is
    // left of the one before.
    Result<std::optional<TarMember>> next();

    // As ReadBytes, of the member's bytes.
    Result<std::size_t> read(std::span<char> buffer);

private:
    Result<void> skip(std::uint64_t size);
    Result<void> drain();

    ReadBytes source_;
    std::uint64_t left_ = 0;     // of the member
    std::uint64_t padding_ = 0;  // behind it
};

}  // namespace weft::agent
