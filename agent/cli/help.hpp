#pragma once

#include <span>
#include <string>

#include "agent/cli/command.hpp"

namespace weft::agent {

// All commands by group, one line each.
std::string overview(std::span<const CliCommand> commands);

// Usage, flags and examples of one command.
std::string help_of(const CliCommand& command);

// A script for bash that completes commands and flags; for `source <(weft completion bash)`.
std::string bash_completion(std::span<const CliCommand> commands);

}  // namespace weft::agent
