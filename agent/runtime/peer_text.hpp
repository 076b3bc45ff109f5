#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::agent {

// What a peer wrote, for a line of the log or an error of the API: a peer may write as much as a
// message holds. Beyond the limit it is cut between characters (UTF-8) and ends in "...".
inline std::string peer_text(std::string_view text) {
    constexpr std::size_t kBytesMax = 300;
    constexpr std::size_t kCharacterBytesMax = 4;
    if (text.size() <= kBytesMax) return std::string(text);
    const auto is_within_a_character = [&](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
    };
    std::size_t end = kBytesMax;
    // Other text may have no character that begins.
    while (end > kBytesMax - kCharacterBytesMax && is_within_a_character(end)) --end;
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace weft::agent
