#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft {

// What somebody else wrote, for a line of the log or an error: it may be megabytes. Beyond the
// limit it is cut between characters (UTF-8) and ends in "...".
inline std::string shortened(std::string_view text) {
    constexpr std::size_t kBytesMax = 300;
    constexpr std::size_t kCharacterBytesMax = 4;
    if (text.size() <= kBytesMax) return std::string(text);
    const auto is_within_a_character = [&](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
    };
    std::size_t end = kBytesMax;
    // Other text may have no character that begins.
    while (end > kBytesMax - kCharacterBytesMax && is_within_a_character(end)) --end;
    std::string cut(text.substr(0, end));
    cut += "...";
    return cut;
}

}  // namespace weft
