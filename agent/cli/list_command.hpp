#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Lists what GET target answers: the agent's own JSON with -format=json, else what as_table makes
// of it. When that is nothing, none is said on stderr.
ExitCode show_list(const CliArguments& arguments, CliConsole& console, const std::string& target,
                   const std::function<std::string(const boost::json::value&)>& as_table,
                   const std::string& none = {});

}  // namespace weft::agent
