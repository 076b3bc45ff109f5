#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/load.hpp"

namespace weft::agent {

// What an agent was told, and the values that it worked out of it.
struct ShownConfig {
    std::vector<AgentConfig::SetKey> keys;  // secrets hidden
    std::map<std::string, std::string> computed;
    bool dev_mode = false;
};

ShownConfig shown_of(const AgentConfig& config);

// Out of the answer of /v1/agent/self; nothing when it is not weft's.
std::optional<ShownConfig> shown_of_agent(const boost::json::value& self);

// The request as the running agent would load it again: with its flags and its environment.
LoadRequest as_reloaded(LoadRequest request, const ShownConfig& running);

// What a request cannot give again, a secret or the part of a list that a flag added to files:
// taken to be what it is in the running agent, if `next` can be that without it.
void keep_given(std::vector<AgentConfig::SetKey>& next, const ShownConfig& running);

// The keys that were set, and if effective all others that have a meaning, sorted.
std::vector<AgentConfig::SetKey> rows_of(const ShownConfig& shown, bool effective);

std::string rows_text(const std::vector<AgentConfig::SetKey>& rows, bool with_origin);
std::string rows_json(const std::vector<AgentConfig::SetKey>& rows);

}  // namespace weft::agent
