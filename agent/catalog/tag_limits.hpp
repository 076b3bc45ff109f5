#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::agent {

// Of the tags of one service: answers repeat them with each of its checks, and queries look each
// tag of theirs up in them.
inline constexpr std::size_t kMaxTags = 1024;
inline constexpr std::size_t kMaxTagBytes = std::size_t{64} << 10;  // together

// What is wrong with a list of tags; nothing when it is within the limits.
template <class Tags>
std::optional<std::string> tags_problem(const Tags& tags) {
    if (tags.size() > kMaxTags)
        return fmt::format("Too many tags: {}, the limit is {}", tags.size(), kMaxTags);
    std::size_t bytes = 0;
    for (const std::string_view tag : tags) bytes += tag.size();
    if (bytes <= kMaxTagBytes) return std::nullopt;
    return fmt::format("Tags are too large: {} bytes together, the limit is {}", bytes,
                       kMaxTagBytes);
}

}  // namespace weft::agent
