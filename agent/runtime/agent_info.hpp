#pragma once

#include <string>
#include <vector>

#include "agent/catalog/view.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/runtime/agent_identity.hpp"
#include "agent/runtime/ring_figures.hpp"

namespace weft::agent {

// The changing facts that GET /v1/agent/self shows in Stats.
struct AgentStats {
    std::size_t check_monitors = 0;  // checks that this agent runs
    std::size_t check_ttls = 0;
    std::size_t checks = 0;
    std::size_t services = 0;
    std::uint64_t applied_index = 0;
    Digest catalog_digest;
    // The last one committed; for autopilot, which any thread may ask about, the last one applied.
    std::uint64_t last_log_index = 0;
    std::uint64_t term = 0;
    bool storage_failed = false;              // no more changes until a restart
    std::vector<std::string> restart_needed;  // keys whose new value waits for a restart
    RingFigures ring;
    Coordinate coordinate;  // this agent's own
};

// Bodies of the endpoints about the agent itself, minified, in Consul's shapes.
std::string self_json(const AgentIdentity& identity, const AgentConfig& config,
                      const AgentStats& stats);
std::string host_json();
std::string version_json(const AgentIdentity& identity);
std::string raft_configuration_json(const AgentIdentity& identity);
std::string autopilot_health_json(const AgentIdentity& identity, const AgentStats& stats,
                                  const std::string& stable_since);
std::string autopilot_state_json(const AgentIdentity& identity, const AgentStats& stats,
                                 const std::string& stable_since);

}  // namespace weft::agent
