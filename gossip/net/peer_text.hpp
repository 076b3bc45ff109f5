#pragma once

#include <cstddef>
#include <string_view>

namespace weft::gossip {

inline constexpr std::size_t kShownBytesMax = 300;

// What a peer says, as much of it as goes into a line of the log or a reason for people: it may be
// megabytes. Ends at a whole character of UTF-8.
inline std::string_view shown(std::string_view text) {
    if (text.size() <= kShownBytesMax) return text;
    std::size_t end = kShownBytesMax;
    const auto is_within_a_character = [&] { return (text[end] & 0xc0) == 0x80; };
    while (end > kShownBytesMax - 4 && is_within_a_character()) --end;
    return text.substr(0, end);
}

}  // namespace weft::gossip
