#pragma once

#include <string>
#include <string_view>

namespace weft {

// A random (version 4) UUID in lower case, from the operating system's generator.
std::string random_uuid();

// True for the 8-4-4-4-12 form in hexadecimal of either case.
bool is_uuid(std::string_view text);

}  // namespace weft
