#pragma once

#include <string>
#include <string_view>

namespace weft {

// A random (version 4) UUID in lower case, from the operating system's generator.
std::string random_uuid();

// The same UUID (version 8) for the same name, in lower case. Not for secrets.
std::string uuid_of_name(std::string_view name);

// True for the 8-4-4-4-12 form in hexadecimal of either case.
bool is_uuid(std::string_view text);

}  // namespace weft
