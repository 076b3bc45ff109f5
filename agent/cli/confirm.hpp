#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Flags of commands whose effect cannot be undone: -yes and -dry-run.
std::vector<CliFlag> with_danger_flags(std::vector<CliFlag> flags);

// Whether the effect must be known before: not with -yes, nor under the name consul.
bool asks_first(const CliArguments& arguments, const CliConsole& console);

// Asks whoever sits there whether to go on; with nobody there, -yes must say so. effect completes
// "this would ..": "delete the 12 keys that begin with a/". Nothing: go on; else how to end.
std::optional<ExitCode> confirm(const CliArguments& arguments, CliConsole& console,
                                const std::string& effect);

}  // namespace weft::agent
