#pragma once

#include <system_error>

namespace weft::raft {

// What a caller of LogStore tells apart; damage, limits and the like are weft::Errc.
enum class LogErrc {
    Compacted = 1,  // the entry was there and is covered by a checkpoint: send a snapshot instead
    Absent,         // the log does not reach so far
};

const std::error_category& log_category();
std::error_code make_error_code(LogErrc code);

}  // namespace weft::raft

template <>
struct std::is_error_code_enum<weft::raft::LogErrc> : std::true_type {};
