#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/runtime/agent_identity.hpp"
#include "agent/runtime/agent_info.hpp"
#include "agent/runtime/logging.hpp"
#include "agent/runtime/telemetry.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// What the HTTP API asks of the agent itself. What changes is handed in as functions, called on the
// control thread.
class AgentControl final : public api::AgentControl {
public:
    struct Actions {
        std::function<AgentStats()> stats;
        std::function<AgentStats()> consensus;  // only what is known of it; any thread
        std::function<const AgentConfig&()> config;
        std::function<void(std::function<void(Result<void>)>)> reload;
        std::function<void(std::function<void()> done)> leave;
    };

    AgentControl(const AgentIdentity& identity, Telemetry& telemetry, Logging& logging,
                 Actions actions);

    std::string self_json() const override;
    std::string host_json() const override;
    std::string version_json() const override;
    std::string metrics_prometheus() const override { return telemetry_.prometheus_text(); }
    std::string metrics_json() const override { return telemetry_.consul_json(); }
    void reload(std::function<void(Result<void>)> done) override {
        actions_.reload(std::move(done));
    }
    void leave(std::function<void()> done) override { actions_.leave(std::move(done)); }
    Result<std::unique_ptr<api::LogSubscription>> subscribe_log(
        std::string_view level, bool json, std::function<void(api::LogLine)> sink) override {
        return logging_.subscribe(level, json, std::move(sink));
    }
    std::string leader_address() const override { return identity_.server_address(); }
    std::vector<std::string> peer_addresses() const override {
        return {identity_.server_address()};
    }
    std::string raft_configuration_json() const override;
    std::string leading_since() const override { return leading_since_; }
    api::AutopilotHealth autopilot_health() const override;
    std::string autopilot_state_json() const override;

private:
    const AgentIdentity& identity_;
    Telemetry& telemetry_;
    Logging& logging_;
    Actions actions_;
    std::string leading_since_;  // this agent is the whole cluster since its start
};

}  // namespace weft::agent
