#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// All commands by group, one line each.
std::string overview(std::span<const CliCommand> commands);

// The words of all commands alone, those of a family on one line.
std::string tree(std::span<const CliCommand> commands);

// Usage, flags and examples of one command.
std::string help_of(const CliCommand& command);

// The flags that help, man pages and completion show.
std::vector<const CliFlag*> shown_flags(const CliCommand& command);

}  // namespace weft::agent
