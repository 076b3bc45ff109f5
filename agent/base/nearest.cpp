#include "agent/base/nearest.hpp"

#include <algorithm>
#include <array>

namespace weft {

namespace {

constexpr std::size_t kLongestWord = 128;

std::size_t difference(std::size_t a, std::size_t b) {
    return a > b ? a - b : b - a;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > kLongestWord || b.size() > kLongestWord) return std::max(a.size(), b.size());
    // Optimal string alignment: three rows of the table are enough.
    std::array<std::size_t, kLongestWord + 1> rows[3];
    auto *before_last = &rows[0], *last = &rows[1], *row = &rows[2];
    for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        (*row)[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = (*last)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            (*row)[j] = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                (*row)[j] = std::min((*row)[j], (*before_last)[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return (*last)[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
    if (word.size() > kLongestWord) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        if (difference(word.size(), candidate.size()) >= best_distance) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < candidate.size()) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace weft
