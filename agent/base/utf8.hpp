#pragma once

#include <cstdint>
#include <string>

namespace weft {

// The character as UTF-8; rune is no surrogate and at most 0x10ffff.
void append_utf8(std::string& out, std::uint32_t rune);

}  // namespace weft
