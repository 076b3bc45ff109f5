#pragma once

#include "agent/config/agent_config.hpp"
#include "agent/config/host.hpp"
#include "agent/config/settings.hpp"

namespace weft::agent {

// Makes the agent's configuration out of merged settings: defaults, templates, listeners, and the
// structs of the folders below. Reports values that cannot be used; whether they fit together is
// validate's matter.
AgentConfig resolve(const Settings& settings, const HostFacts& host, bool dev_mode,
                    Diagnostics& diagnostics);

// What must hold between keys, and between the configuration and this machine.
void validate(const AgentConfig& config, const Settings& settings, Diagnostics& diagnostics);

// What must hold with the machine that runs the agent, as far as its facts are known. Thorough:
// also what the start would find out, or put right, by itself.
void validate_host(const AgentConfig& config, const Settings& settings, const HostFacts& host,
                   bool thorough, Diagnostics& diagnostics);

// Whether key and certificate of HTTPS belong together, and clients will take it at that time
// (seconds; 0 leaves out what depends on it).
void validate_certificate(const AgentConfig& config, const Settings& settings,
                          std::int64_t unix_time, Diagnostics& diagnostics);

// The part of it about gossip.
void validate_gossip(const AgentConfig& config, const Settings& settings, Diagnostics& diagnostics);

}  // namespace weft::agent
