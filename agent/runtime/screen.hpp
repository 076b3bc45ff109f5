#pragma once

#include <string>

#include "agent/base/time.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/runtime/agent_identity.hpp"

namespace weft::agent {

// What `weft dev` prints once it serves: where it listens, and what to type next. At most 12 lines.
// The ports are those really bound; 0: off.
std::string dev_screen(const AgentIdentity& identity, const AgentConfig& config,
                       std::uint16_t http_port, std::uint16_t dns_port, Duration took);

}  // namespace weft::agent
