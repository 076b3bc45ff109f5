#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft {

// Edits (insert, delete, replace, swap of neighbours) that turn a into b. Words of more than 128
// bytes count as different in every one of them.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word that a typo most likely meant: within two edits or a third of its length; none if
// all are further.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

}  // namespace weft
