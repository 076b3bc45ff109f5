#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// Flags of every command that speaks to an agent: where it is and who asks.
std::vector<CliFlag> client_flags();
std::vector<CliFlag> with_client_flags(std::vector<CliFlag> flags);
// Those, and -datacenter and -stale of commands that ask servers, for each of their requests.
std::vector<CliFlag> with_server_flags(std::vector<CliFlag> flags);
// Of commands that only write: the same, but -stale means nothing.
std::vector<CliFlag> with_write_flags(std::vector<CliFlag> flags);
CliFlag idle_stale_flag();

// A command about data that servers keep, with those flags besides its own. words: what may follow
// the flags, one word at most.
CliCommand data_command(std::string path, std::string summary, std::string words,
                        std::vector<CliFlag> flags, std::string example, CliHandler run);
CliCommand write_command(std::string path, std::string summary, std::string words,
                         std::vector<CliFlag> flags, std::string example, CliHandler run);

// -format=table|json of commands that list something.
CliFlag format_flag();
Result<bool> wants_json(const CliArguments& arguments);

}  // namespace weft::agent
