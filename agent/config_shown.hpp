#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/agent_config.hpp"

namespace weft::agent {

// What an agent was told, and the values that it worked out of it.
struct ShownConfig {
    std::vector<AgentConfig::SetKey> keys;  // secrets hidden
    std::map<std::string, std::string> computed;
};

ShownConfig shown_of(const AgentConfig& config);

// Out of the answer of /v1/agent/self; nothing when it is not weft's.
std::optional<ShownConfig> shown_of_agent(const boost::json::value& self);

// The keys that were set, and if effective all others that have a meaning, sorted.
std::vector<AgentConfig::SetKey> rows_of(const ShownConfig& shown, bool effective);

std::string rows_text(const std::vector<AgentConfig::SetKey>& rows, bool with_origin);
std::string rows_json(const std::vector<AgentConfig::SetKey>& rows);

}  // namespace weft::agent
