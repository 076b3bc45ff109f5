#pragma once

#include <string>

#include "agent/config/agent_config.hpp"

namespace weft::agent {

// The addresses that follow from config.advertise_addr where none was configured: of the other
// network, of each family.
void fill_advertised(AgentConfig& config);

// What the node is registered with: its address and the tagged ones.
void fill_node_addresses(AgentConfig& config);

// Advertises this address, and with it all that followed from the one before: everything that says
// where this agent is reached.
void set_advertised(AgentConfig& config, const std::string& address);

}  // namespace weft::agent
