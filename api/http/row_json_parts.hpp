#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/rows.hpp"

// What the JSON of several kinds of rows has in common.
namespace weft::api {

enum class WhenNull : std::uint8_t { Null, Braces };

void write_map(JsonWriter& writer, std::string_view name, const Shared<agent::TextMap>& map,
               WhenNull when_null);

}  // namespace weft::api
