#pragma once

#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Commands about configuration entries: config read, write, list, delete, plan and apply.
std::vector<CliCommand> entry_commands();

}  // namespace weft::agent
