#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "gossip/wire/value_reader.hpp"
#include "gossip/wire/value_writer.hpp"

// Reading and writing values by their C++ type. read_value() sets value to its zero for nil.
namespace weft::gossip {

inline void read_value(ValueReader& reader, std::string_view& value) {
    value = reader.read_text();
}
inline void read_value(ValueReader& reader, Bytes& value) {
    value = reader.read_bytes();
}
inline void read_value(ValueReader& reader, bool& value) {
    value = reader.read_bool();
}
inline void read_value(ValueReader& reader, double& value) {
    value = reader.read_real();
}
template <std::unsigned_integral T>
void read_value(ValueReader& reader, T& value) {
    value = static_cast<T>(reader.read_unsigned(std::numeric_limits<T>::max()));
}
template <std::signed_integral T>
void read_value(ValueReader& reader, T& value) {
    value = static_cast<T>(
        reader.read_signed(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

inline void write_value(ValueWriter& writer, std::string_view value) {
    writer.write_text(value);
}
inline void write_value(ValueWriter& writer, const Bytes& value) {
    writer.write_bytes(value);
}
inline void write_value(ValueWriter& writer, bool value) {
    writer.write_bool(value);
}
inline void write_value(ValueWriter& writer, double value) {
    writer.write_real(value);
}
template <std::unsigned_integral T>
void write_value(ValueWriter& writer, T value) {
    writer.write_unsigned(value);
}
template <std::signed_integral T>
void write_value(ValueWriter& writer, T value) {
    writer.write_signed(value);
}

inline bool is_zero(std::string_view value) {
    return value.empty();
}
inline bool is_zero(const Bytes& value) {
    return !value || value->empty();
}
template <std::integral T>
bool is_zero(T value) {
    return value == 0;
}

// An array on the wire; nullopt is nil, which peers take for an empty one.
template <class T>
using List = std::optional<std::vector<T>>;
// A map on the wire, in its order there.
template <class T>
using MapByText = std::optional<std::vector<std::pair<std::string_view, T>>>;

// How many elements of a list or map are kept. Each takes a byte on the wire, far less compressed,
// and dozens in memory: a limit of bytes alone would let a few KB become hundreds of MB.
struct ElementLimit {
    std::uint32_t elements;
    bool skips_more = false;  // reads over those beyond, where WireErrc::TooLarge would cost more
};

// There is none without a limit.
template <class T>
void read_value(ValueReader& reader, List<T>& list, ElementLimit limit) {
    list.reset();
    const auto count = reader.read_array();
    if (!count) return;
    if (*count > limit.elements && !limit.skips_more) return reader.fail(WireErrc::TooLarge);
    auto& elements = list.emplace();
    // Grows as elements come: a count alone, however large, costs nothing.
    for (std::uint32_t i = 0; i < *count && !reader.failed(); ++i) {
        if (i < limit.elements) {
            read_value(reader, elements.emplace_back());
        } else {
            reader.skip();
        }
    }
}
template <class T>
void write_value(ValueWriter& writer, const List<T>& list) {
    if (!list) return writer.write_nil();
    writer.write_array(list->size());
    for (const T& element : *list) write_value(writer, element);
}

template <class T>
void read_value(ValueReader& reader, MapByText<T>& map, ElementLimit limit) {
    map.reset();
    const auto pairs = reader.read_map();
    if (!pairs) return;
    if (*pairs > limit.elements && !limit.skips_more) return reader.fail(WireErrc::TooLarge);
    auto& elements = map.emplace();
    for (std::uint32_t i = 0; i < *pairs && !reader.failed(); ++i) {
        if (i >= limit.elements) {
            reader.skip();
            reader.skip();
            continue;
        }
        auto& [key, value] = elements.emplace_back();
        key = reader.read_text();
        read_value(reader, value);
    }
}
template <class T>
void write_value(ValueWriter& writer, const MapByText<T>& map) {
    if (!map) return writer.write_nil();
    writer.write_map(map->size());
    for (const auto& [key, value] : *map) {
        writer.write_text(key);
        write_value(writer, value);
    }
}

}  // namespace weft::gossip
