#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/health/health_service.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// The HTTP API's view of the health service.
class LocalAdapter final : public api::LocalServices {
public:
    explicit LocalAdapter(HealthService& health) : health_(health) {}

    std::vector<api::LocalService> services() const override;
    std::vector<api::LocalCheck> checks() const override;
    std::optional<api::LocalService> service(std::string_view id) const override;
    std::vector<api::LocalCheck> checks_of_service(std::string_view service_id) const override;
    std::vector<api::LocalCheck> node_checks() const override;

    void register_service(ServiceDefinition definition, bool replace_existing_checks,
                          Done done) override;
    void deregister_service(std::string id, Done done) override;
    void register_check(CheckDefinition definition, Done done) override;
    void deregister_check(std::string id, Done done) override;
    void update_ttl(std::string check_id, Status status, std::string output, Done done) override;
    void service_maintenance(std::string id, bool enable, std::string reason, Done done) override;
    void node_maintenance(bool enable, std::string reason, Done done) override;
    void on_change(std::function<void()> listener) override { listener_ = std::move(listener); }

    // To be called by whoever hears it from the health service.
    void changed() const {
        if (listener_) listener_();
    }

private:
    HealthService& health_;
    std::function<void()> listener_;
};

}  // namespace weft::agent
