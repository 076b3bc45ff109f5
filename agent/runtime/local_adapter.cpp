#include "agent/runtime/local_adapter.hpp"

namespace weft::agent {

namespace {

std::vector<api::LocalCheck> converted(std::vector<LocalCheckInfo> infos) {
    std::vector<api::LocalCheck> checks;
    checks.reserve(infos.size());
    for (LocalCheckInfo& info : infos)
        checks.push_back({std::move(info.row), info.interval, info.timeout});
    return checks;
}

}  // namespace

std::vector<api::LocalService> LocalAdapter::services() const {
    std::vector<api::LocalService> services;
    for (LocalServiceInfo& info : health_.services()) services.push_back({std::move(info.row)});
    return services;
}

std::vector<api::LocalCheck> LocalAdapter::checks() const {
    return converted(health_.checks());
}

std::optional<api::LocalService> LocalAdapter::service(std::string_view id) const {
    auto info = health_.service(id);
    if (!info) return std::nullopt;
    return api::LocalService{std::move(info->row)};
}

std::vector<api::LocalCheck> LocalAdapter::checks_of_service(std::string_view service_id) const {
    return converted(health_.checks_of_service(service_id));
}

std::vector<api::LocalCheck> LocalAdapter::node_checks() const {
    return converted(health_.node_checks());
}

void LocalAdapter::register_service(ServiceDefinition definition, bool replace_existing_checks,
                                    Done done) {
    health_.register_service(std::move(definition), replace_existing_checks, std::move(done));
}

void LocalAdapter::deregister_service(std::string id, Done done) {
    health_.deregister_service(std::move(id), std::move(done));
}

void LocalAdapter::register_check(CheckDefinition definition, Done done) {
    health_.register_check(std::move(definition), std::move(done));
}

void LocalAdapter::deregister_check(std::string id, Done done) {
    health_.deregister_check(std::move(id), std::move(done));
}

void LocalAdapter::update_ttl(std::string check_id, Status status, std::string output, Done done) {
    health_.update_ttl(std::move(check_id), status, std::move(output), std::move(done));
}

void LocalAdapter::service_maintenance(std::string id, bool enable, std::string reason, Done done) {
    health_.service_maintenance(std::move(id), enable, std::move(reason), std::move(done));
}

void LocalAdapter::node_maintenance(bool enable, std::string reason, Done done) {
    health_.node_maintenance(enable, std::move(reason), std::move(done));
}

}  // namespace weft::agent
