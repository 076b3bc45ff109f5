#include "api/http/catalog_summary.hpp"

#include <algorithm>
#include <array>

#include "api/http/filter_fields.hpp"

namespace weft::api {
namespace {

using agent::CheckRow;
using agent::Instance;
using agent::NodeRow;
using agent::ServiceRow;
using agent::Status;
using agent::View;

constexpr std::string_view kExternalSource = "external-source";
constexpr std::string_view kServerName = "consul";
constexpr std::string_view kNative = "connect-native";
constexpr std::array<std::string_view, 5> kMeshKinds = {
    "api-gateway", "connect-proxy", "ingress-gateway", "mesh-gateway", "terminating-gateway"};

void add(ServiceSummary& summary, const Instance& instance,
         const std::vector<const CheckRow*>& checks) {
    const ServiceRow& service = *instance.service;
    summary.kind = service.kind;
    summary.nodes.push_back(instance.node->name);
    if (service.kind == "connect-proxy")
        summary.proxy_for.add(service.proxy->destination_service_name);
    for (const SharedText& tag : *service.tags) summary.tags.insert(tag);
    for (const auto& [name, value] : *service.meta) {
        if (name == kExternalSource && !value.empty()) summary.external_sources.add(value);
    }
    for (const CheckRow* check : checks) summary.checks.add(check->status);
}

// Critical is worse than warning, which is worse than passing.
Status worst(const std::vector<const CheckRow*>& checks, std::string_view service_id) {
    Status found = Status::Passing;
    for (const CheckRow* check : checks) {
        if (check->service_id != service_id) continue;
        if (check->status == Status::Critical) return Status::Critical;
        if (check->status == Status::Warning) found = Status::Warning;
    }
    return found;
}

}  // namespace

void StatusCounts::add(Status status) {
    if (status == Status::Passing) ++passing;
    if (status == Status::Warning) ++warning;
    if (status == Status::Critical) ++critical;
}

std::map<std::string_view, ServiceSummary> summarize_services(const View& view,
                                                              const Filter& filter,
                                                              std::string_view datacenter) {
    std::map<std::string_view, ServiceSummary> summaries;
    for (const NodeRow* node : view.nodes()) {
        for (const ServiceRow* service : view.services_of_node(node->name)) {
            const Instance instance{node, service};
            const std::vector<const CheckRow*> checks = view.checks_of(instance);
            const InstanceRecord record{{node, datacenter}, service, &checks};
            if (filter.matches(&record)) add(summaries[service->name], instance, checks);
        }
    }
    for (auto& [name, summary] : summaries) std::sort(summary.nodes.begin(), summary.nodes.end());
    return summaries;
}

HealthSummary summarize_health(const View& view) {
    HealthSummary summary;
    for (const NodeRow* node : view.nodes()) {
        const std::vector<const CheckRow*> checks = view.checks_of_node(node->name);
        for (const CheckRow* check : checks) summary.checks[check->name].add(check->status);
        summary.nodes.add(worst(checks, {}));
        for (const ServiceRow* service : view.services_of_node(node->name))
            summary.services[service->name].add(worst(checks, service->id));
    }
    return summary;
}

Usage measure_usage(const View& view) {
    Usage usage;
    usage.nodes = view.node_count();
    usage.services = view.service_count();
    usage.instances = view.service_instance_count();
    for (const std::string_view kind : kMeshKinds) usage.connect_instances[kind] = 0;
    usage.connect_instances[kNative] = 0;
    for (const NodeRow* node : view.nodes()) {
        for (const ServiceRow* service : view.services_of_node(node->name)) {
            const auto kind = usage.connect_instances.find(service->kind);
            if (kind != usage.connect_instances.end()) ++kind->second;
            if (service->connect_native) ++usage.connect_instances[kNative];
            if (service->kind.empty() && service->name != kServerName) ++usage.billable_instances;
        }
    }
    return usage;
}

}  // namespace weft::api
