#include "raft/storage/record.hpp"

#include <fmt/format.h>

#include "agent/io/rocks/sealed_value.hpp"

namespace weft::raft {
namespace {

constexpr std::size_t kVoteBytesMost = 1024;

Error corrupt(std::string what) {
    return make_error(Errc::Corrupt, std::move(what));
}

}  // namespace

std::string index_key(LogIndex index) {
    const std::uint64_t big = __builtin_bswap64(index.get());
    std::string key;
    put_number(key, big);
    return key;
}

Result<LogIndex> parse_index_key(std::string_view key) {
    if (key.size() != 8) return corrupt("a log key does not have 8 bytes");
    return LogIndex{__builtin_bswap64(take_number(key))};
}

// Payload: type (1), term (8), chain (16), data.
void encode_entry(const Entry& entry, std::string_view key, std::string& value) {
    value.clear();
    value.reserve(25 + entry.data.size() + kSealBytes);
    value.push_back(static_cast<char>(entry.type));
    put_number(value, entry.term.get());
    put_number(value, entry.chain.low);
    put_number(value, entry.chain.high);
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
    entry.term = Term{take_number(bytes)};
    entry.chain.low = take_number(bytes);
    entry.chain.high = take_number(bytes);
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
    state.term = Term{take_number(payload)};
    state.vote = NodeId{std::string(payload)};
    return state;
}

std::string encode_position(const LogPosition& position) {
    std::string payload;
    put_number(payload, position.index.get());
    put_number(payload, position.term.get());
    put_number(payload, position.chain.low);
    put_number(payload, position.chain.high);
    return payload;
}

Result<LogPosition> decode_position(std::string_view payload) {
    if (payload.size() != 32) return corrupt("a record of a log position has a wrong length");
    LogPosition position;
    position.index = LogIndex{take_number(payload)};
    position.term = Term{take_number(payload)};
    position.chain.low = take_number(payload);
    position.chain.high = take_number(payload);
    return position;
}

}  // namespace weft::raft
