#include "agent/catalog/snapshot/reader.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "agent/catalog/globals.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/record_list.hpp"
#include "agent/catalog/row_digest.hpp"
#include "agent/catalog/stored_value.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kMeta = "meta.json";
constexpr std::string_view kState = "state.bin";
constexpr std::string_view kSums = "SHA256SUMS";
constexpr std::uint64_t kSmallFileMax = std::uint64_t{1} << 20;

Error damaged(std::string_view what) {
    return make_error(Errc::Corrupt, fmt::format("the snapshot is damaged: {}", what));
}

std::string sum_line(std::string_view sum, std::string_view name) {
    return fmt::format("{}  {}\n", sum, name);
}

bool is_type(const Frame& frame, FrameType type) {
    return frame.type == static_cast<std::uint8_t>(type);
}

}  // namespace

SnapshotReader::SnapshotReader(ReadBytes source, std::uint64_t state_max)
    : gzip_(std::move(source), state_max + 4 * kSmallFileMax),
      tar_([this](std::span<char> buffer) { return gzip_.read(buffer); }) {}

Result<std::unique_ptr<SnapshotReader>> SnapshotReader::open(ReadBytes source,
                                                             std::uint64_t state_max) {
    std::unique_ptr<SnapshotReader> reader(new SnapshotReader(std::move(source), state_max));
    WEFT_TRY(reader->read_meta());
    WEFT_TRY(reader->find_state());
    WEFT_TRY(reader->read_header());
    return reader;
}

Result<void> SnapshotReader::read_meta() {
    WEFT_TRY(const auto member, tar_.next());
    if (!member || member->name != kMeta)
        return make_error(Errc::Corrupt,
                          "the file is no snapshot: it does not begin with meta.json");
    if (member->size > kSmallFileMax) return damaged("its meta.json is too large");
    std::string text;
    const ReadBytes read = [this](std::span<char> buffer) { return tar_.read(buffer); };
    WEFT_TRY(read_exactly(read, static_cast<std::size_t>(member->size), text));
    Sha256 sum;
    sum.add(text);
    sums_ = sum_line(sum.hex(), kMeta);
    return success();
}

// Files that a later version puts before it are passed over.
Result<void> SnapshotReader::find_state() {
    while (true) {
        WEFT_TRY(const auto member, tar_.next());
        if (!member) return damaged("it has no state.bin");
        if (member->name != kState) continue;
        state_bytes_ = member->size;
        return success();
    }
}

ReadBytes SnapshotReader::state_bytes_reader() {
    return [this](std::span<char> buffer) -> Result<std::size_t> {
        WEFT_TRY(const std::size_t size, tar_.read(buffer));
        state_sum_.add({buffer.data(), size});
        return size;
    };
}

Result<void> SnapshotReader::read_header() {
    const ReadBytes read = state_bytes_reader();
    std::string magic(kSnapshotMagic.size(), '\0');
    WEFT_TRY(const std::size_t size, read_fully(read, magic));
    if (size < magic.size() || magic != kSnapshotMagic) {
        return make_error(Errc::Unsupported,
                          "the snapshot was made by Consul: weft restores only those that it made "
                          "itself. Keys can be moved with `consul kv export`; services register "
                          "themselves again");
    }
    checksum_.add(magic);
    do {
        WEFT_TRY(const bool more, read_frame(read, frame_, checksum_));
        if (!more || is_type(frame_, FrameType::Row) || is_type(frame_, FrameType::End))
            return damaged("its header is missing");
    } while (!is_type(frame_, FrameType::Header));
    auto header = decode_value<SnapshotHeader>(frame_.payload);
    const bool in_bounds =
        header && header->time >= UnixMillis() && header->time <= Globals::kTimeMax;
    if (!in_bounds) return damaged("its header is malformed");
    header_ = std::move(*header);
    if (header_.reader <= kSnapshotFormat) return success();
    return make_error(Errc::Unsupported,
                      fmt::format("the snapshot was made by weft {} and needs a program that reads "
                                  "format {}: this one reads {}. Restore it with that version",
                                  header_.program, header_.reader, kSnapshotFormat));
}

Result<std::optional<StoredRecord>> SnapshotReader::next() {
    const ReadBytes read = state_bytes_reader();
    while (!over_) {
        WEFT_TRY(const bool more, read_frame(read, frame_, checksum_));
        if (!more) return cut_off();
        if (is_type(frame_, FrameType::End)) {
            WEFT_TRY(check_end());
            over_ = true;
        } else if (is_type(frame_, FrameType::Row)) {
            WEFT_TRY(auto row, take_row());
            if (row) return row;
        }
    }
    return std::optional<StoredRecord>();
}

Result<std::optional<StoredRecord>> SnapshotReader::take_row() {
    auto row = parse_row(frame_.payload);
    if (!row || row->key.empty()) return damaged("a row is malformed");
    ++rows_;
    digest_ += row_digest(row->key, row->value);
    if (is_table(static_cast<TableTag>(row->key.front()))) return row;
    ++skipped_;
    return std::optional<StoredRecord>();
}

Result<void> SnapshotReader::check_end() {
    const auto end = decode_value<SnapshotEnd>(frame_.payload);
    if (!end) return damaged("its end is malformed");
    if (end->checksum != text_of(checksum_.value())) return damaged("its checksum is wrong");
    if (end->rows != rows_ || end->digest != text_of(digest_))
        return damaged("rows are missing or changed");
    std::array<char, 1> more;
    WEFT_TRY(const std::size_t follows, state_bytes_reader()(more));
    if (follows > 0) return damaged("something follows the end of its state");
    sums_ += sum_line(state_sum_.hex(), kState);
    return check_sums();
}

Result<void> SnapshotReader::check_sums() {
    bool found = false;
    while (true) {
        WEFT_TRY(const auto member, tar_.next());
        if (!member) break;
        if (member->name != kSums) continue;
        std::string text;
        if (found || member->size > kSmallFileMax) return damaged("its SHA256SUMS is malformed");
        const ReadBytes read = [this](std::span<char> buffer) { return tar_.read(buffer); };
        WEFT_TRY(read_exactly(read, static_cast<std::size_t>(member->size), text));
        // Others may be listed there, too.
        found = text.starts_with(sums_);
        if (!found) return damaged("a sum in its SHA256SUMS is wrong");
    }
    return found ? Result<void>(success()) : damaged("it has no SHA256SUMS");
}

}  // namespace weft::agent
