#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalog/digest.hpp"
#include "agent/catalog/snapshot/format.hpp"
#include "agent/catalog/snapshot/frame.hpp"
#include "agent/catalog/snapshot/gzip.hpp"
#include "agent/catalog/snapshot/sha256.hpp"
#include "agent/catalog/snapshot/tar.hpp"

namespace weft::agent {

// Reads a snapshot from bytes that nobody vouches for, row by row, in bounded memory. Checks all
// that can be checked without a catalog: the archive, every record, sums and counts. What was read
// is right once next() has given nothing: whoever must not act on half of it reads it twice.
//
// Errors carry sentences for people. Corrupt: damaged, or no snapshot; Unsupported: made by Consul,
// or for a later version of weft; Limit: too large; and those of the source.
class SnapshotReader {
public:
    // state_max: bytes of the state, unpacked.
    static Result<std::unique_ptr<SnapshotReader>> open(ReadBytes source, std::uint64_t state_max);
    SnapshotReader(const SnapshotReader&) = delete;
    SnapshotReader& operator=(const SnapshotReader&) = delete;

    const SnapshotHeader& header() const { return header_; }
    std::uint64_t state_bytes() const { return state_bytes_; }

    // The next row of a table that this program knows; nothing when the whole was found right.
    Result<std::optional<StoredRecord>> next();

    // Rows of tables that only a later version knows, so far.
    std::uint64_t skipped() const { return skipped_; }

private:
    SnapshotReader(ReadBytes source, std::uint64_t state_max);

    Result<void> read_meta();
    Result<void> find_state();
    Result<void> read_header();
    Result<std::optional<StoredRecord>> take_row();
    Result<void> check_end();
    Result<void> check_sums();
    ReadBytes state_bytes_reader();

    GzipReader gzip_;
    TarReader tar_;
    Sha256 state_sum_;
    std::string sums_;  // what SHA256SUMS has to hold
    SnapshotHeader header_;
    std::uint64_t state_bytes_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t rows_ = 0;
    Digest digest_;
    RunningChecksum checksum_;
    Frame frame_;
    bool over_ = false;
};

// Of what somebody sends to be restored.
struct SnapshotLimits {
    std::uint64_t file_bytes = 0;
    // Rows repeat their names: a file of that size may hold more state, but not any amount.
    static constexpr std::uint64_t kUnpacked = 32;
    std::uint64_t state_bytes() const { return file_bytes * kUnpacked; }
};

}  // namespace weft::agent
