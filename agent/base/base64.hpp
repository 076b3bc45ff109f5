#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft {

// RFC 4648, section 4: with padding, without line breaks.
std::string base64(std::string_view bytes);

// As Go's base64.StdEncoding.DecodeString: padding is due, line breaks are passed over. The error's
// context is Go's text.
Result<std::string> go_base64(std::string_view text);

}  // namespace weft
