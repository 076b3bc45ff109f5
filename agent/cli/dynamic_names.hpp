#pragma once

#include <span>
#include <string>

#include "agent/cli/command.hpp"

namespace weft::agent {

// `weft __complete WHAT [BEGINNING]`, which completion scripts call: the names of that kind that
// begin so, one a line. WHAT: keys (up to the next slash), services, nodes, kinds or contexts.
// Nobody who presses the tab key waits longer than 200 ms or wants to read about a failure: then
// there are no names.
ExitCode complete_names(std::span<const std::string> words, CliConsole& console);

}  // namespace weft::agent
