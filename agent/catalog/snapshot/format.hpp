#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalog/command.hpp"
#include "agent/catalog/digest.hpp"
#include "agent/catalog/row_fields.hpp"
#include "agent/catalog/rows.hpp"

// The state inside of a snapshot, "state.bin": README.md draws it.
namespace weft::agent {

inline constexpr std::string_view kSnapshotMagic = "weftsnap";
// What this program writes, and the highest that it reads. What an older program may skip raises
// the first alone: SnapshotHeader::reader says who can read it.
inline constexpr std::uint64_t kSnapshotFormat = 1;
inline constexpr std::size_t kSnapshotFrameMax = std::size_t{64} << 20;

// The type of a frame. A reader skips those that it does not know.
enum class FrameType : std::uint8_t { Header = 1, Row = 2, End = 3 };

// So many rows of one table.
struct SnapshotTable {
    std::uint64_t tag = 0;  // TableTag
    std::string name{};     // for people; whoever wrote it knew the table
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

struct SnapshotHeader {
    std::uint64_t format = kSnapshotFormat;  // of who wrote it
    std::uint64_t reader = kSnapshotFormat;  // least format of a program that can read it
    Index index{};                           // of the state
    std::uint64_t term = 0;
    UnixMillis time{};  // when it was taken
    std::string datacenter{};
    std::string node{};     // that took it
    std::string program{};  // its version
    std::vector<SnapshotTable> tables{};

    std::uint64_t rows() const;
    // As Consul forms them: term, index and time.
    std::string id() const;
};

struct SnapshotEnd {
    std::uint64_t rows = 0;
    // As texts, so that the size of the frame does not depend on them.
    std::string digest;    // sum of row_digest() over all rows
    std::string checksum;  // XXH3, 128 bits, of all bytes before this frame
};

// 32 hexadecimal digits.
std::string text_of(const Digest& digest);

template <class Visitor, MaybeConst<SnapshotTable> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("tag", row.tag);
    visit("name", row.name);
    visit("rows", row.rows);
    visit("bytes", row.bytes);
}

template <class Visitor, MaybeConst<SnapshotHeader> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit.always("format", row.format);
    visit.always("reader", row.reader);
    visit("index", row.index);
    visit("term", row.term);
    visit("time", row.time);
    visit("datacenter", row.datacenter);
    visit("node", row.node);
    visit("program", row.program);
    visit("tables", row.tables);
}

template <class Visitor, MaybeConst<SnapshotEnd> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("rows", row.rows);
    visit("digest", row.digest);
    visit("checksum", row.checksum);
}

}  // namespace weft::agent
