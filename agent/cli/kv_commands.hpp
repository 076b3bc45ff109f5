#pragma once

#include <functional>
#include <string>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/command.hpp"
#include "agent/cli/target.hpp"

// What the commands about keys share.
namespace weft::agent {

// Consul's command line lets keys begin with a slash, its API does not.
std::string without_leading_slash(const std::string& key);

// GET kv/.. answers a missing key with 404: hands that over as an empty list.
ExitCode with_pairs(CliConsole& console, const AgentClient& client, const Target& target,
                    const std::function<ExitCode(const HttpResponse&)>& use);

// The agent answered a read of keys with something else.
ExitCode fail_unreadable(CliConsole& console, const Error& error);

// What a word stands for cannot be read.
ExitCode fail_data(CliConsole& console, const std::string& word, const Error& error);

CliCommand kv_get_command();
CliCommand kv_list_command();
CliCommand kv_put_command();
CliCommand kv_delete_command();
CliCommand kv_export_command();
CliCommand kv_import_command();

}  // namespace weft::agent
