#pragma once

#include <memory>
#include <string>

#include "agent/config/source.hpp"

namespace weft::agent {

// The file in the one layout that `weft config fmt` gives: two spaces a level, one blank line at
// most, `key = value` with the signs of neighbouring lines below each other. Comments stay, and no
// token changes. Of a file with syntax errors the text as it was.
std::string laid_out(const std::shared_ptr<const Source>& source);

}  // namespace weft::agent
