#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/snapshot/frame.hpp"
#include "agent/catalog/snapshot/reader.hpp"
#include "agent/catalog/snapshot/writer.hpp"
#include "agent/catalog/stored_value.hpp"

// Snapshots as texts, whole and wrong ones.
namespace weft::agent::testing {

inline constexpr std::uint64_t kStateMax = std::uint64_t{64} << 20;

inline SnapshotOrigin origin() {
    return {.datacenter = "dc1",
            .node = "n1",
            .program = "9.9",
            .term = 3,
            .time = UnixMillis{1'700'000'000'123}};
}

inline std::string save(const View& view) {
    SnapshotWriter writer(view, origin());
    std::string file;
    while (true) {
        const auto more = writer.next(file);
        if (!more || !more.value()) return file;
    }
}

struct Read {
    std::optional<Error> error;
    SnapshotHeader header;
    std::vector<StoredRecord> rows;
    std::uint64_t skipped = 0;

    std::string message() const { return error ? error->message() : ""; }
};

inline Read read(std::string_view file, std::uint64_t state_max = kStateMax) {
    Read result;
    auto reader = SnapshotReader::open(reader_of(file), state_max);
    if (!reader) {
        result.error = reader.error();
        return result;
    }
    result.header = reader.value()->header();
    while (true) {
        auto row = reader.value()->next();
        if (!row) result.error = row.error();
        if (!row || !row.value()) break;
        result.rows.push_back(std::move(*row.value()));
    }
    result.skipped = reader.value()->skipped();
    return result;
}

// Files of an archive, packed as a snapshot is.
using Member = std::pair<std::string, std::string>;

inline std::string pack(const std::vector<Member>& members) {
    GzipWriter gzip;
    std::string file;
    for (const auto& [name, bytes] : members) {
        gzip.add(tar_head(name, bytes.size(), 0), file);
        gzip.add(bytes, file);
        gzip.add(tar_padding(bytes.size()), file);
    }
    gzip.add(tar_end(), file);
    gzip.finish(file);
    return file;
}

inline std::vector<Member> unpack(std::string_view file) {
    GzipReader gzip(reader_of(file), kStateMax);
    TarReader tar([&](std::span<char> buffer) { return gzip.read(buffer); });
    std::vector<Member> members;
    while (true) {
        const auto member = tar.next();
        if (!member || !member.value()) return members;
        std::string bytes;
        const ReadBytes source = [&](std::span<char> buffer) { return tar.read(buffer); };
        (void)read_exactly(source, static_cast<std::size_t>(member.value()->size), bytes);
        members.emplace_back(member.value()->name, bytes);
    }
}

// A snapshot with that state, whose sums are right.
inline std::string with_state(std::string state) {
    const std::string meta = "{}";
    std::string sums;
    for (const auto& [name, bytes] : {Member{"meta.json", meta}, Member{"state.bin", state}}) {
        Sha256 sum;
        sum.add(bytes);
        sums += sum.hex() + "  " + name + "\n";
    }
    return pack({{"meta.json", meta}, {"state.bin", std::move(state)}, {"SHA256SUMS", sums}});
}

// Makes the bytes of a state frame by frame, those of another version, too.
class StateMaker {
public:
    StateMaker() { bytes = kSnapshotMagic; }

    StateMaker& frame(std::uint8_t type, std::string_view payload) {
        append_frame(bytes, static_cast<FrameType>(type), payload);
        return *this;
    }
    StateMaker& header(const SnapshotHeader& header) { return frame(1, encode_value(header)); }
    StateMaker& row(const StoredRecord& record) {
        append_row(bytes, record);
        ++rows;
        digest += row_digest(record.key, record.value);
        return *this;
    }
    std::string end() {
        RunningChecksum sum;
        sum.add(bytes);
        frame(3, encode_value(SnapshotEnd{rows, text_of(digest), text_of(sum.value())}));
        return with_state(bytes);
    }

    std::string bytes;
    std::uint64_t rows = 0;
    Digest digest;
};

}  // namespace weft::agent::testing
