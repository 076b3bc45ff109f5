#pragma once

#include <string_view>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Of the command with this path; empty where Consul has none such or the command itself knows
// better.
ConsulFailure consul_failure(std::string_view path, const CliArguments& arguments);

}  // namespace weft::agent
