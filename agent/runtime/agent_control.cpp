#include "agent/runtime/agent_control.hpp"

#include <fmt/chrono.h>

#include "agent/io/clock.hpp"

namespace weft::agent {

AgentControl::AgentControl(const AgentIdentity& identity, Telemetry& telemetry, Logging& logging,
                           Actions actions)
    : identity_(identity),
      telemetry_(telemetry),
      logging_(logging),
      actions_(std::move(actions)),
      leading_since_(
          fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(wall_now().unix_ns / 1'000'000'000))) {}

std::string AgentControl::self_json() const {
    return agent::self_json(identity_, actions_.config(), actions_.stats());
}

std::string AgentControl::host_json() const {
    return agent::host_json();
}

std::string AgentControl::version_json() const {
    return agent::version_json(identity_);
}

std::string AgentControl::raft_configuration_json() const {
    return agent::raft_configuration_json(identity_);
}

api::AutopilotHealth AgentControl::autopilot_health() const {
    const AgentStats stats = actions_.consensus();
    return {autopilot_health_json(identity_, stats, leading_since_), !stats.storage_failed};
}

std::string AgentControl::autopilot_state_json() const {
    return agent::autopilot_state_json(identity_, actions_.consensus(), leading_since_);
}

}  // namespace weft::agent
