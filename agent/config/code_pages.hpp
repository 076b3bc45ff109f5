#pragma once

#include <span>

#include "agent/base/code_page.hpp"

namespace weft::agent {

// The codes of messages about configuration, W1000 to W1999, sorted. A test holds that each code in
// the source has its page and each page its code.
std::span<const CodePage> config_code_pages();

}  // namespace weft::agent
