#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"
#include "agent/config/load.hpp"

namespace weft::agent {

// The commands that need the agent's own parts, which agent/cli may not see: agent, dev and
// validate.
std::vector<CliCommand> agent_commands(const std::string& version);

// All flags of `weft agent`.
std::vector<CliFlag> all_agent_flags();

// What flags and words say about where the configuration comes from; each flag sets a key of the
// key table, so that values are checked there, with the flag's name in the message.
LoadRequest load_request(const CliArguments& arguments, bool dev_mode);

// `weft help config [KEY]`.
std::optional<std::string> config_help(const std::string& key);

// `weft help CODE`, for codes of messages about configuration.
std::optional<std::string> code_help(const std::string& code);

}  // namespace weft::agent
