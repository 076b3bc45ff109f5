#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "raft/core/types.hpp"

// The bytes of raftdb. Every value is sealed (agent/io/rocks/sealed_value.hpp). Integers are
// little-endian, except in keys, which must sort.
namespace weft::raft {

std::string index_key(LogIndex index);
Result<LogIndex> parse_index_key(std::string_view key);

// Into value, which is cleared before: buffers are reused.
void encode_entry(const Entry& entry, std::string_view key, std::string& value);
Result<Entry> decode_entry(std::string_view key, std::string_view value);

std::string encode_hard_state(const HardState& state);
Result<HardState> decode_hard_state(std::string_view payload);

std::string encode_position(const LogPosition& position);
Result<LogPosition> decode_position(std::string_view payload);

}  // namespace weft::raft
