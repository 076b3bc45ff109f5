#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/catalog/record_list.hpp"
#include "agent/catalog/row_digest.hpp"
#include "agent/catalog/snapshot/format.hpp"
#include "agent/catalog/snapshot/frame.hpp"
#include "agent/catalog/snapshot/gzip.hpp"
#include "agent/catalog/snapshot/sha256.hpp"

namespace weft::agent {

// Who takes a snapshot, and when.
struct SnapshotOrigin {
    std::string datacenter{};
    std::string node{};
    std::string program{};
    std::uint64_t term = 0;
    UnixMillis time{};
};

// The state as "state.bin", in slices.
class StateWriter {
public:
    // Encodes every row once to know the size, which an archive says before the bytes: about as
    // long as writing them.
    StateWriter(const View& view, const SnapshotOrigin& origin);

    const SnapshotHeader& header() const { return header_; }
    std::uint64_t size() const { return size_; }

    // Appends some rows; false when that was all.
    bool next(std::string& out);
    bool is_over() const { return at_ == At::Over; }

private:
    enum class At : std::uint8_t { Header, Rows, Over };

    std::string head() const;
    std::string end() const;
    void append_rows(std::string& out);

    RecordList records_;
    SnapshotHeader header_;
    std::uint64_t size_ = 0;
    At at_ = At::Header;
    std::size_t written_ = 0;
    Digest digest_;
    RunningChecksum checksum_;
};

// A snapshot as a file, in the archive that Consul's clients know: a gzip of a tar of meta.json,
// state.bin and SHA256SUMS. Holds the state that it was made of, and little else.
class SnapshotWriter {
public:
    SnapshotWriter(const View& view, const SnapshotOrigin& origin) : state_(view, origin) {}

    const SnapshotHeader& header() const { return state_.header(); }

    // Appends the next bytes of the file, perhaps none yet; false when that was all. Errc::Limit
    // for a state of above kTarMemberMax bytes.
    Result<bool> next(std::string& out);

private:
    std::string meta() const;
    void add_member(std::string_view name, std::string_view bytes, std::string& out);
    void begin(std::string& out);
    void end(std::string& out);
    std::uint64_t seconds() const;

    StateWriter state_;
    GzipWriter gzip_;
    Sha256 state_sum_;
    std::string sums_;
    std::string slice_;
    bool begun_ = false;
};

}  // namespace weft::agent
