#pragma once

#include <optional>
#include <span>
#include <string>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Help about configuration keys, handed in by main: the key table is agent/config's. Empty name:
// the list of keys.
using ConfigHelp = std::function<std::optional<std::string>(const std::string& key)>;

// The page of an error code that is not this folder's, handed in by main too.
using CodeHelp = std::function<std::optional<std::string>(const std::string& code)>;

// `help`, `completion`, `man` and `version`, which speak about the table itself; appended to the
// others.
std::vector<CliCommand> with_own_commands(std::vector<CliCommand> commands, std::string version,
                                          ConfigHelp config_help, CodeHelp code_help = {});

// Finds the command, checks its flags and runs it. A typo answers with one line and
// ExitCode::Usage.
ExitCode dispatch(std::span<const CliCommand> commands, std::span<const std::string> words,
                  CliConsole& console);

}  // namespace weft::agent
