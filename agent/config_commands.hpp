#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Commands about configuration files: config show, diff, fmt, migrate and schema.
std::vector<CliCommand> config_commands();

}  // namespace weft::agent
