#pragma once

#include <string>
#include <vector>

#include "agent/cli/client_commands.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// Flags that describe a service, but for its name.
std::vector<CliFlag> service_flags();

// The definition that they and -name make; the error says which flag is wrong.
Result<ServiceBody> body_of_flags(const CliArguments& arguments);

}  // namespace weft::agent
