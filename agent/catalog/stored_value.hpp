#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/field_codec.hpp"

namespace weft::agent {

// The value of a stored record: [format version, row as a map by field name].
inline constexpr std::uint64_t kStoredVersion = 1;

template <class Row>
std::string encode_value(const Row& row) {
    std::string out;
    out.reserve(384);
    FieldWriter writer(out);
    writer.write_array_head(2);
    writer.write(kStoredVersion);
    writer.write_struct(row);
    return out;
}

template <class Row>
std::optional<Row> decode_value(std::string_view value) {
    MsgpackReader reader(value);
    if (reader.read_array() != 2 || reader.read_unsigned() != kStoredVersion) return std::nullopt;
    Row row;
    FieldReader(reader).read_struct(row);
    if (reader.failed() || !reader.at_end()) return std::nullopt;
    return row;
}

}  // namespace weft::agent
