#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// A flag of Consul's agent and the configuration key that it sets. Keys that are accepted without
// effect or refused say so themselves.
struct AgentFlag {
    std::string_view name;
    std::string_view key;
    std::string_view value;  // empty: a switch
    std::string_view
        help;  // empty: not listed in the help, for keys without effect and those refused
    bool repeatable = false;
};

std::span<const AgentFlag> agent_flags();

// The rows for the command line; those without help are recognized and say what the key table says.
std::vector<CliFlag> agent_flag_rows();

}  // namespace weft::agent
