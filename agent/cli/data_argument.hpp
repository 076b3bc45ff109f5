#pragma once

#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// What a word stands for: "@FILE" its content, "-" the input to its end, anything else itself. The
// error names the file. At most 64 MiB.
Result<std::string> data_of(const std::string& word, const CliConsole& console);

// What to type when a word that is no data is the name of a file: "`weft kv import @x.json` ..".
std::optional<std::string> data_help(const std::string& word, const std::string& command);

}  // namespace weft::agent
