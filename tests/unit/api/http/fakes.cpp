#include "tests/unit/api/http/fakes.hpp"

#include <fmt/format.h>

namespace weft::api::testing {
namespace {

SharedText text(const std::string& value) {
    return SharedText(value);
}

}  // namespace

namespace {

class FakeBody final : public BodySource {
public:
    void next(std::function<void(Result<std::string>)> done) override {
        done(left_.empty() ? std::string() : std::exchange(left_.front(), {}));
        if (!left_.empty()) left_.erase(left_.begin());
    }

private:
    std::vector<std::string> left_{"snap", "shot"};
};

}  // namespace

Result<SavedSnapshot> FakeSnapshots::save() {
    if (refusal) return *refusal;
    return SavedSnapshot{agent::Index{7}, std::make_shared<FakeBody>()};
}

void FakeSnapshots::restore(std::shared_ptr<const std::string> file, Restored done) {
    if (refusal) return done(*refusal);
    restored.push_back(*file);
    done(RestoredSnapshot{skipped});
}

void FakeLocalServices::add_check(const agent::CheckDefinition& definition, std::string id,
                                  std::string name) {
    agent::CheckRow row;
    row.node = "golden";
    row.id = text(id);
    row.name = text(name);
    row.notes = text(definition.notes);
    row.service_id = text(definition.service_id);
    if (const auto owner = service(definition.service_id)) {
        row.service_name = owner->row.name;
        row.service_tags = owner->row.tags;
    }
    row.type = SharedText(definition.kind());
    row.status = definition.status == "passing"   ? agent::Status::Passing
                 : definition.status == "warning" ? agent::Status::Warning
                                                  : agent::Status::Critical;
    checks_[id] = {row, definition.interval, definition.timeout};
}

void FakeLocalServices::register_service(agent::ServiceDefinition definition, bool, Done done) {
    agent::ServiceRow row;
    row.node = "golden";
    row.id = text(definition.effective_id());
    row.name = text(definition.name);
    row.kind = text(definition.kind);
    row.tags = agent::TextList(definition.tags.begin(), definition.tags.end());
    row.address = text(definition.address);
    agent::ServiceAddressMap addresses;
    for (const auto& [tag, address] : definition.tagged_addresses)
        addresses.emplace_back(tag, address);
    row.tagged_addresses = std::move(addresses);
    row.meta = agent::TextMap(definition.meta.begin(), definition.meta.end());
    row.port = static_cast<std::int32_t>(definition.port);
    if (definition.weights) {
        row.weight_passing = static_cast<std::int32_t>(definition.weights->passing);
        row.weight_warning = static_cast<std::int32_t>(definition.weights->warning);
    }
    row.enable_tag_override = definition.enable_tag_override;
    row.connect_native = definition.connect_native;
    if (definition.proxy) {
        agent::ProxyRow proxy;
        proxy.destination_service_name = text(definition.proxy->destination_service_name);
        proxy.destination_service_id = text(definition.proxy->destination_service_id);
        proxy.local_service_address = text(definition.proxy->local_service_address);
        proxy.local_service_port = static_cast<std::int32_t>(definition.proxy->local_service_port);
        row.proxy = std::move(proxy);
    }
    services_[row.id.str()] = {row};
    for (std::size_t i = 0; i < definition.checks.size(); ++i) {
        agent::CheckDefinition check = definition.checks[i];
        check.service_id = row.id.str();
        std::string id = "service:" + check.service_id;
        if (definition.checks.size() > 1) id += fmt::format(":{}", i + 1);
        add_check(
            check, check.id.empty() ? id : check.id,
            check.name.empty() ? fmt::format("Service '{}' check", row.name.view()) : check.name);
    }
    changed_();
    done(success());
}

void FakeLocalServices::register_check(agent::CheckDefinition definition, Done done) {
    if (!definition.service_id.empty() && !service(definition.service_id)) {
        return done(make_error(Errc::NotFound,
                               "ServiceID \"" + definition.service_id + "\" does not exist"));
    }
    add_check(definition, definition.id, definition.name);
    done(success());
}

void FakeLocalServices::update_ttl(std::string id, agent::Status status, std::string output,
                                   Done done) {
    const auto found = checks_.find(id);
    if (found == checks_.end()) {
        return done(
            make_error(Errc::NotFound, "CheckID \"" + id + "\" does not have associated TTL"));
    }
    found->second.row.status = status;
    found->second.row.output = text(output);
    done(success());
}

void FakeLocalServices::set_maintenance(std::string id, std::string name, std::string service_id,
                                        bool enable, std::string reason) {
    if (!enable) {
        checks_.erase(id);
        return;
    }
    agent::CheckDefinition check;
    check.notes = std::move(reason);
    check.service_id = std::move(service_id);
    add_check(check, std::move(id), std::move(name));
}

void FakeLocalServices::service_maintenance(std::string id, bool enable, std::string reason,
                                            Done done) {
    if (!service(id)) return done(make_error(Errc::NotFound, "no such service"));
    set_maintenance("_service_maintenance:" + id, "Service Maintenance Mode", id, enable,
                    std::move(reason));
    done(success());
}

void FakeLocalServices::node_maintenance(bool enable, std::string reason, Done done) {
    set_maintenance("_node_maintenance", "Node Maintenance Mode", "", enable, std::move(reason));
    done(success());
}

void FakeRing::set_place(std::string node, const Coordinate& coordinate) {
    auto next = boost::make_shared<Coordinates>(*places);
    ++next->index;
    std::erase_if(next->nodes, [&](const NodeCoordinate& place) { return place.node == node; });
    next->nodes.push_back({std::move(node), coordinate});
    std::sort(next->nodes.begin(), next->nodes.end(),
              [](const auto& a, const auto& b) { return a.node < b.node; });
    places = std::move(next);
    moved();
}

}  // namespace weft::api::testing
