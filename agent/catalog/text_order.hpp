#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// The orders of the catalog's keys. Consul compares the names of nodes and services without regard
// to case; only ASCII letters are folded, so that the order depends on no locale or Unicode
// version.
namespace weft::agent {

constexpr unsigned char fold(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte + ('a' - 'A')) : byte;
}

inline std::string folded(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(fold(c));
    return result;
}

inline bool is_folded(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

inline int exact_compare(std::string_view a, std::string_view b) {
    const int order = a.compare(b);
    return (order > 0) - (order < 0);
}

// Where the texts first differ, or the length of the shorter one. Keys that are compared share long
// prefixes, so this goes by words.
inline std::size_t common_prefix(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= common; at += sizeof(std::uint64_t)) {
        std::uint64_t word_a = 0;
        std::uint64_t word_b = 0;
        std::memcpy(&word_a, a.data() + at, sizeof word_a);
        std::memcpy(&word_b, b.data() + at, sizeof word_b);
        if (word_a != word_b) break;
    }
    while (at < common && a[at] == b[at]) ++at;
    return at;
}

inline int fold_compare(std::string_view a, std::string_view b) {
    // Names of one node or service are one shared text, so equal keys are mostly the same memory.
    if (a.data() == b.data() && a.size() == b.size()) return 0;
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = common_prefix(a, b); i < common; ++i) {
        if (a[i] == b[i]) continue;
        const int difference = static_cast<int>(fold(a[i])) - static_cast<int>(fold(b[i]));
        if (difference != 0) return difference;
    }
    return (a.size() > b.size()) - (a.size() < b.size());
}

inline bool fold_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && fold_compare(a, b) == 0;
}

// Ids sort as names do, but ids that differ in case are different: two local registrations that
// Consul would let overwrite each other in turn stay apart here.
inline int id_compare(std::string_view a, std::string_view b) {
    const int order = fold_compare(a, b);
    return order != 0 ? order : exact_compare(a, b);
}

}  // namespace weft::agent
