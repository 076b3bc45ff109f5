#include "raft/storage/record.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

namespace weft::raft {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

constexpr std::size_t kSealBytes = 8;
constexpr std::size_t kVoteBytesMost = 1024;

Error corrupt(std::string what) {
    return make_error(Errc::Corrupt, std::move(what));
}

std::uint64_t checksum(std::string_view key, std::string_view payload) {
    return XXH3_64bits_withSeed(payload.data(), payload.size(),
                                XXH3_64bits(key.data(), key.size()));
}

void put(std::string& out, std::uint64_t number) {
    std::array<char, 8> bytes;
    std::memcpy(bytes.data(), &number, bytes.size());
    out.append(bytes.data(), bytes.size());
}

// Takes 8 bytes off the front; the caller has checked that they are there.
std::uint64_t take(std::string_view& bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
    return number;
}

}  // namespace

void seal(std::string_view key, std::string& value) {
    put(value, checksum(key, value));
}

Result<std::string_view> unseal(std::string_view key, std::string_view value) {
    if (value.size() < kSealBytes) return corrupt("a record is too short for its checksum");
    std::string_view stored = value.substr(value.size() - kSealBytes);
    value.remove_suffix(kSealBytes);
    if (take(stored) != checksum(key, value)) return corrupt("a record contradicts its checksum");
    return value;
}

std::string index_key(LogIndex index) {
    const std::uint64_t big = __builtin_bswap64(index.get());
    std::string key;
    put(key, big);
    return key;
}

Result<LogIndex> parse_index_key(std::string_view key) {
    if (key.size() != 8) return corrupt("a log key does not have 8 bytes");
    return LogIndex{__builtin_bswap64(take(key))};
}

// Payload: type (1), term (8), chain (16), data.
void encode_entry(const Entry& entry, std::string_view key, std::string& value) {
    value.clear();
    value.reserve(25 + entry.data.size() + kSealBytes);
    value.push_back(static_cast<char>(entry.type));
    put(value, entry.term.get());
    put(value, entry.chain.low);
    put(value, entry.chain.high);
    value.append(entry.data);
    seal(key, value);
}

Result<Entry> decode_entry(std::string_view key, std::string_view value) {
    Entry entry;
    WEFT_TRY(entry.index, parse_index_key(key));
    auto payload = unseal(key, value);
    if (!payload) {
        return corrupt(
            fmt::format("log entry {}: {}", entry.index.get(), payload.error().message()));
    }
    std::string_view bytes = payload.value();
    if (bytes.size() < 25) {
        return corrupt(fmt::format("log entry {} is too short", entry.index.get()));
    }
    const auto type = static_cast<EntryType>(bytes.front());
    bytes.remove_prefix(1);
    if (type != EntryType::Command && type != EntryType::Noop) {
        // Never skipped: replicas that skip what others apply diverge.
        return make_error(Errc::Unsupported,
                          fmt::format("log entry {} has type {}, which this version does not know",
                                      entry.index.get(), static_cast<int>(type)));
    }
    entry.type = type;
    entry.term = Term{take(bytes)};
    entry.chain.low = take(bytes);
    entry.chain.high = take(bytes);
    entry.data = bytes;
    return entry;
}

std::string encode_hard_state(const HardState& state) {
    std::string payload = encode_number(state.term.get());
    return payload + state.vote.get();
}

Result<HardState> decode_hard_state(std::string_view payload) {
    if (payload.size() < 8 || payload.size() > 8 + kVoteBytesMost) {
        return corrupt("the record of term and vote has a wrong length");
    }
    HardState state;
    state.term = Term{take(payload)};
    state.vote = NodeId{std::string(payload)};
    return state;
}

std::string encode_position(const LogPosition& position) {
    std::string payload;
    put(payload, position.index.get());
    put(payload, position.term.get());
    put(payload, position.chain.low);
    put(payload, position.chain.high);
    return payload;
}

Result<LogPosition> decode_position(std::string_view payload) {
    if (payload.size() != 32) return corrupt("a record of a log position has a wrong length");
    LogPosition position;
    position.index = LogIndex{take(payload)};
    position.term = Term{take(payload)};
    position.chain.low = take(payload);
    position.chain.high = take(payload);
    return position;
}

std::string encode_number(std::uint64_t number) {
    std::string payload;
    put(payload, number);
    return payload;
}

Result<std::uint64_t> decode_number(std::string_view payload) {
    if (payload.size() != 8) return corrupt("a record of a number has a wrong length");
    return take(payload);
}

}  // namespace weft::raft
