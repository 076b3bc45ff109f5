#include "agent/catalog/proxy_row.hpp"

namespace weft::agent {
namespace {

std::int32_t narrow(std::int64_t number) {
    return static_cast<std::int32_t>(number);
}

UpstreamRow upstream_row(const UpstreamDefinition& definition) {
    UpstreamRow row;
    row.destination_type = definition.destination_type;
    row.destination_namespace = definition.destination_namespace;
    row.destination_name = definition.destination_name;
    row.datacenter = definition.datacenter;
    row.local_bind_address = definition.local_bind_address;
    row.local_bind_port = narrow(definition.local_bind_port);
    row.config_json = definition.config_json;
    row.mesh_gateway_mode = definition.mesh_gateway_mode;
    return row;
}

ExposePathRow expose_path_row(const ExposePathDefinition& definition) {
    ExposePathRow row;
    row.listener_port = narrow(definition.listener_port);
    row.path = definition.path;
    row.local_path_port = narrow(definition.local_path_port);
    row.protocol = definition.protocol;
    row.parsed_from_check = definition.parsed_from_check;
    return row;
}

}  // namespace

ProxyRow proxy_row(const ProxyDefinition& definition) {
    ProxyRow row;
    row.destination_service_name = definition.destination_service_name;
    row.destination_service_id = definition.destination_service_id;
    row.local_service_address = definition.local_service_address;
    row.local_service_port = narrow(definition.local_service_port);
    row.mode = definition.mode;
    row.config_json = definition.config_json;
    for (const UpstreamDefinition& upstream : definition.upstreams)
        row.upstreams.push_back(upstream_row(upstream));
    row.mesh_gateway_mode = definition.mesh_gateway_mode;
    row.expose_checks = definition.expose_checks;
    for (const ExposePathDefinition& path : definition.expose_paths)
        row.expose_paths.push_back(expose_path_row(path));
    return row;
}

}  // namespace weft::agent
