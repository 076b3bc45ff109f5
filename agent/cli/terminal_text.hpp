#pragma once

#include <string>
#include <string_view>

namespace weft::agent {

// What peers and clients chose, such as names and tags, for a terminal: control characters (C0,
// DEL, C1 of Unicode) as "\n", "\t" or "\x1b". Raw they would forge lines, or tell the terminal
// things.
std::string terminal_text(std::string_view text);

}  // namespace weft::agent
