#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/base64.hpp"
#include "agent/base/go_quote.hpp"
#include "agent/base/result.hpp"

// Small conversions of Go's strconv, whose inputs and error texts Consul's clients see.
namespace weft::api {

// strings.TrimSpace of a line: without blanks and tabs around it.
std::string_view trimmed(std::string_view text);

// strconv.Unquote for text in double quotes or backquotes; none when it is not valid.
std::optional<std::string> go_unquote(std::string_view quoted);

// strconv.ParseBool: 1, t, T, true, TRUE, True, and the same for false.
std::optional<bool> go_parse_bool(std::string_view text);

// strconv.ParseInt(text, 0, 64): with 0x, 0o, 0b prefixes. The error's context is Go's text.
Result<std::int64_t> go_parse_int(std::string_view text);

// strconv.Atoi, likewise.
Result<std::int64_t> go_atoi(std::string_view text);

// strconv.ParseUint(text, 10, 64), likewise.
Result<std::uint64_t> go_parse_uint(std::string_view text);

// url.QueryEscape.
std::string go_query_escape(std::string_view text);

}  // namespace weft::api
