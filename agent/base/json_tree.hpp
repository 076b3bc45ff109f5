#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"

namespace weft {

// One value of a request body. Unlike a general JSON library's tree it keeps what Go's decoder
// shows in its answers: the literal of a number, and all members of an object in their order,
// repeated names too.
struct JsonMember;
struct JsonValue {
    enum class Kind : std::uint8_t { Null, Bool, Number, String, Array, Object };

    Kind kind = Kind::Null;
    bool flag = false;
    std::uint32_t offset = 0;       // of its first byte in the body
    std::uint32_t name_offset = 0;  // of a member: of its name
    std::string text;               // content of a string, literal of a number
    std::vector<JsonValue> items;
    std::vector<JsonMember> members;

    bool is_null() const { return kind == Kind::Null; }
};

struct JsonMember {
    std::string first;  // the name
    JsonValue second;
};

// The word that Go's errors use for the kind: "string", "number", "array", "object", "bool".
std::string_view kind_name(const JsonValue& value);

inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonValues = 65'536;  // of one body, members and items together

// The first JSON value of body; what follows it is not looked at, as Go's Decoder does. The error's
// context is Go's text: "EOF" for a blank body, "unexpected EOF", "invalid character 'x' looking
// for beginning of value", ..; fault, when given, gets the offset of what is wrong.
Result<JsonValue> parse_json(std::string_view body, std::size_t* fault = nullptr);

// Minified text with the members of objects sorted by name, as Go writes a map.
std::string minified(const JsonValue& value);

}  // namespace weft
