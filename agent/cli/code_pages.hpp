#pragma once

#include <span>

#include "agent/base/code_page.hpp"

namespace weft::agent {

// The codes of the command line's own errors, W2000 to W2999, sorted.
std::span<const CodePage> cli_code_pages();

}  // namespace weft::agent
