#pragma once

#include <span>
#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// Flags as Go's: -x v, -x=v, --x; switches take a value only with "=". They may stand before or
// after words; "--" ends them. No abbreviations. The error is one line that names the nearest flag.
Result<CliArguments> parse_arguments(const CliCommand& command, std::span<const std::string> words);

}  // namespace weft::agent
