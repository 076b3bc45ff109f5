#include "agent/catalog/snapshot/frame.hpp"

#include <fmt/format.h>

#include <array>

#include "agent/base/assert.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kHeadBytes = 1 + kLengthBytes;
constexpr std::size_t kSumBytes = 4;

void append_number(std::string& out, std::uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(number >> shift));
}

std::uint32_t number_at(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        number |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return number;
}

std::uint32_t sum_of(std::string_view frame) {
    return static_cast<std::uint32_t>(XXH3_64bits(frame.data(), frame.size()));
}

std::size_t begin_frame(std::string& out, FrameType type, std::size_t payload) {
    const std::size_t start = out.size();
    out.push_back(static_cast<char>(type));
    append_number(out, static_cast<std::uint32_t>(payload));
    return start;
}

void end_frame(std::string& out, std::size_t start) {
    append_number(out, sum_of(std::string_view(out).substr(start)));
}

std::size_t row_size(const StoredRecord& record) {
    return kLengthBytes + record.key.size() + record.value.size();
}

}  // namespace

RunningChecksum::RunningChecksum() : state_(XXH3_createState()) {
    WEFT_ASSERT(state_ != nullptr);
    XXH3_128bits_reset(state_);
}

RunningChecksum::~RunningChecksum() {
    XXH3_freeState(state_);
}

void RunningChecksum::add(std::string_view bytes) {
    XXH3_128bits_update(state_, bytes.data(), bytes.size());
}

Digest RunningChecksum::value() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_);
    return {hash.low64, hash.high64};
}

void append_frame(std::string& out, FrameType type, std::string_view payload) {
    const std::size_t start = begin_frame(out, type, payload.size());
    out.append(payload);
    end_frame(out, start);
}

void append_row(std::string& out, const StoredRecord& record) {
    const std::size_t start = begin_frame(out, FrameType::Row, row_size(record));
    append_number(out, static_cast<std::uint32_t>(record.key.size()));
    out.append(record.key).append(record.value);
    end_frame(out, start);
}

std::size_t row_frame_size(const StoredRecord& record) {
    return kHeadBytes + row_size(record) + kSumBytes;
}

std::optional<StoredRecord> parse_row(std::string_view payload) {
    if (payload.size() < kLengthBytes) return std::nullopt;
    const std::size_t key = number_at(payload);
    payload.remove_prefix(kLengthBytes);
    if (key >= payload.size()) return std::nullopt;
    return StoredRecord{std::string(payload.substr(0, key)), std::string(payload.substr(key))};
}

Result<bool> read_frame(const ReadBytes& read, Frame& frame, RunningChecksum& checksum) {
    std::array<char, kHeadBytes> head;
    WEFT_TRY(const std::size_t got, read_fully(read, head));
    if (got == 0) return false;
    if (got < head.size()) return cut_off();
    frame.type = static_cast<std::uint8_t>(head[0]);
    const std::size_t length = number_at({head.data() + 1, kLengthBytes});
    if (length > kSnapshotFrameMax) {
        return make_error(Errc::Limit, fmt::format("the snapshot has a record of {} bytes: the "
                                                   "limit is {}",
                                                   length, kSnapshotFrameMax));
    }
    std::string& bytes = frame.payload;
    bytes.assign(head.data(), head.size());
    WEFT_TRY(read_exactly(read, length + kSumBytes, bytes));
    const std::string_view summed = std::string_view(bytes).substr(0, kHeadBytes + length);
    if (sum_of(summed) != number_at(std::string_view(bytes).substr(summed.size())))
        return make_error(Errc::Corrupt, "the snapshot is damaged: a record's checksum is wrong");
    if (frame.type != static_cast<std::uint8_t>(FrameType::End)) checksum.add(bytes);
    bytes.resize(summed.size());
    bytes.erase(0, kHeadBytes);
    return true;
}

}  // namespace weft::agent
