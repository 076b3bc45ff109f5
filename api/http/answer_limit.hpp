#pragma once

#include <cstddef>
#include <string_view>

#include "agent/base/json_writer.hpp"

// A few registrations can make an answer of any size: each instance brings the checks of its node,
// each check the tags of its service. So what writes rows stops at the limit, and whoever sends the
// answer refuses one beyond it.
namespace weft::api {

inline constexpr std::size_t kMaxAnswerBytes = std::size_t{256} << 20;

inline constexpr std::string_view kAnswerTooLarge =
    "The answer would be larger than 256 MiB: ask for less, with a filter or node by node";

// To write more rows would be in vain.
inline bool is_full(const JsonWriter& writer) {
    return writer.size() > kMaxAnswerBytes;
}

}  // namespace weft::api
