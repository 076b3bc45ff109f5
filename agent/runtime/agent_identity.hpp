#pragma once

#include <string>
#include <vector>

#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"
#include "agent/config/agent_config.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// What clients find in Version fields: many switch features by Consul's version, and this is the
// one whose answers were recorded for the tests. weft's own version is shown beside it.
inline constexpr const char* kConsulVersion = "1.8.7";

// Who this agent is, once the data directory was opened and the listeners are bound. Fixed while it
// runs.
struct AgentIdentity {
    std::string node_name;
    std::string node_id;
    std::string datacenter;
    std::string address;      // advertised
    std::string wan_address;  // the same unless configured
    std::uint16_t server_port = 0;
    std::uint16_t serf_lan_port = 0;
    std::uint16_t serf_wan_port = 0;
    bool server = true;
    bool bootstrap = false;
    std::string weft_version;

    std::string server_address() const;  // "ip:port" of the consensus
};

AgentIdentity make_identity(const AgentConfig& config, std::string node_id, std::string version);

// As the gossip pool will show this agent.
api::Member self_member(const AgentIdentity& identity);

// What Consul's leader writes about a member: the node, its serfHealth check and, for a server, the
// service "consul".
RegisterCommand self_registration(const AgentIdentity& identity, const AgentConfig& config);

// Whether the catalog has all of that already.
bool is_registered(const View& view, const RegisterCommand& registration);

}  // namespace weft::agent
