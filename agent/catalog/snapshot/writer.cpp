#include "agent/catalog/snapshot/writer.hpp"

#include <fmt/format.h>

#include <utility>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/snapshot/tar.hpp"
#include "agent/catalog/stored_value.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kSliceBytes = std::size_t{128} << 10;

SnapshotHeader header_of(const View& view, const SnapshotOrigin& origin) {
    SnapshotHeader header;
    header.index = view.applied_index();
    header.term = origin.term;
    header.time = origin.time;
    header.datacenter = origin.datacenter;
    header.node = origin.node;
    header.program = origin.program;
    return header;
}

// Rows come table by table.
void count(SnapshotHeader& header, const StoredRecord& record) {
    const auto tag = static_cast<unsigned char>(record.key.front());
    if (header.tables.empty() || header.tables.back().tag != tag) {
        const auto table = static_cast<TableTag>(tag);
        header.tables.push_back({.tag = tag, .name = table_name(table)});
    }
    ++header.tables.back().rows;
    header.tables.back().bytes += record.key.size() + record.value.size();
}

}  // namespace

StateWriter::StateWriter(const View& view, const SnapshotOrigin& origin)
    : records_(view), header_(header_of(view, origin)) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const StoredRecord record = records_[i];
        count(header_, record);
        size_ += row_frame_size(record);
    }
    size_ += head().size() + end().size();
}

std::string StateWriter::head() const {
    std::string out(kSnapshotMagic);
    append_frame(out, FrameType::Header, encode_value(header_));
    return out;
}

std::string StateWriter::end() const {
    const SnapshotEnd end{records_.size(), text_of(digest_), text_of(checksum_.value())};
    std::string out;
    append_frame(out, FrameType::End, encode_value(end));
    return out;
}

void StateWriter::append_rows(std::string& out) {
    while (written_ < records_.size() && out.size() < kSliceBytes) {
        const StoredRecord record = records_[written_++];
        digest_ += row_digest(record.key, record.value);
        append_row(out, record);
    }
}

bool StateWriter::next(std::string& out) {
    const std::size_t start = out.size();
    if (at_ == At::Over) return false;
    if (at_ == At::Header) {
        at_ = At::Rows;
        out.append(head());
    }
    append_rows(out);
    checksum_.add(std::string_view(out).substr(start));
    if (written_ < records_.size()) return true;
    at_ = At::Over;
    out.append(end());
    return true;
}

std::uint64_t SnapshotWriter::seconds() const {
    return static_cast<std::uint64_t>(header().time.get()) / 1000;
}

// What Consul's clients show of a snapshot, in its form.
std::string SnapshotWriter::meta() const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("Version", std::uint64_t{1});
    json.field("ID", header().id());
    json.field("Index", header().index.get());
    json.field("Term", header().term);
    json.field("Size", state_.size());
    json.field("Program", "weft");
    json.end_object();
    return text;
}

void SnapshotWriter::add_member(std::string_view name, std::string_view bytes, std::string& out) {
    gzip_.add(tar_head(name, bytes.size(), seconds()), out);
    gzip_.add(bytes, out);
    gzip_.add(tar_padding(bytes.size()), out);
}

void SnapshotWriter::begin(std::string& out) {
    const std::string described = meta();
    Sha256 sum;
    sum.add(described);
    sums_ = fmt::format("{}  meta.json\n", sum.hex());
    add_member("meta.json", described, out);
    gzip_.add(tar_head("state.bin", state_.size(), seconds()), out);
}

void SnapshotWriter::end(std::string& out) {
    gzip_.add(tar_padding(state_.size()), out);
    sums_ += fmt::format("{}  state.bin\n", state_sum_.hex());
    add_member("SHA256SUMS", sums_, out);
    gzip_.add(tar_end(), out);
    gzip_.finish(out);
}

Result<bool> SnapshotWriter::next(std::string& out) {
    if (!std::exchange(begun_, true)) {
        if (state_.size() > kTarMemberMax) {
            return make_error(Errc::Limit,
                              fmt::format("the state has {} bytes, and a snapshot holds at most {}",
                                          state_.size(), kTarMemberMax));
        }
        begin(out);
    }
    slice_.clear();
    const bool more = state_.next(slice_);
    if (!more) return false;
    state_sum_.add(slice_);
    gzip_.add(slice_, out);
    if (state_.is_over()) end(out);
    return true;
}

}  // namespace weft::agent
