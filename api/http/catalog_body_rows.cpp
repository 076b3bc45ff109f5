#include "api/http/catalog_body_rows.hpp"

#include <fmt/format.h>

#include "agent/catalog/proxy_row.hpp"
#include "agent/catalog/text_order.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

agent::TextList text_list(const std::vector<std::string>& list) {
    return {list.begin(), list.end()};
}

// Ports were read as 32 bits.
std::int32_t narrow(std::int64_t number) {
    return static_cast<std::int32_t>(number);
}

Shared<agent::CheckDefinitionRow> definition_row(const agent::CheckDefinition& check) {
    agent::CheckDefinitionRow row;
    row.http = check.http;
    for (const auto& [name, values] : check.header)
        row.header.emplace_back(name, text_list(values));
    row.method = check.method;
    row.body = check.body;
    row.tls_skip_verify = check.tls_skip_verify;
    row.tls_server_name = check.tls_server_name;
    row.tcp = check.tcp;
    row.interval_ns = check.interval.count();
    row.timeout_ns = check.timeout.count();
    row.deregister_critical_service_after_ns = check.deregister_critical_service_after.count();
    row.ttl_ns = check.ttl.count();
    row.output_max_size = check.output_max_size;
    row.script_args = text_list(check.args);
    row.docker_container_id = check.docker_container_id;
    row.shell = check.shell;
    row.grpc = check.grpc;
    row.alias_node = check.alias_node;
    row.alias_service = check.alias_service;
    row.udp = check.udp;
    row.h2ping = check.h2ping;
    row.os_service = check.os_service;
    row.grpc_use_tls = check.grpc_use_tls;
    row.h2ping_use_tls = check.h2ping_use_tls && !check.h2ping.empty();
    row.tcp_use_tls = check.tcp_use_tls;
    row.disable_redirects = check.disable_redirects;
    if (row == agent::CheckDefinitionRow{}) return {};
    return row;
}

std::optional<agent::Status> status_of(std::string_view text) {
    for (const auto status :
         {agent::Status::Passing, agent::Status::Warning, agent::Status::Critical}) {
        if (text == agent::to_string(status)) return status;
    }
    return std::nullopt;
}

}  // namespace

Shared<agent::TextMap> text_map(const std::optional<agent::StringMap>& map) {
    if (!map) return {};
    agent::TextMap rows;
    for (const auto& [name, value] : *map) rows.emplace_back(name, value);
    return rows;
}

Result<void> validate_service(agent::ServiceDefinition& service) {
    if (service.name.empty())
        return make_error(Errc::InvalidArgument, "Must provide service name with ID");
    if (service.weights && !service.weights->validate()) service.weights.reset();
    return service.validate();
}

Result<void> validate_service_meta(const body::ServiceBody& service, std::string_view node) {
    const auto valid = service.meta ? agent::validate_metadata(*service.meta, false) : success();
    if (valid) return success();
    return make_error(Errc::InvalidArgument,
                      fmt::format("Invalid Service Meta for node {} and serviceID {}: {}", node,
                                  service.definition.effective_id(), valid.error().context));
}

agent::ServiceRow service_row(const body::ServiceBody& service, const SharedText& node) {
    const agent::ServiceDefinition& definition = service.definition;
    agent::ServiceRow row;
    row.node = node;
    row.id = definition.effective_id();
    row.name = definition.name;
    row.kind = definition.kind;
    row.tags = text_list(definition.tags);
    row.address = definition.address;
    if (!definition.tagged_addresses.empty()) {
        agent::ServiceAddressMap addresses;
        for (const auto& [tag, address] : definition.tagged_addresses)
            addresses.emplace_back(tag, address);
        row.tagged_addresses = std::move(addresses);
    }
    row.meta = text_map(service.meta);
    if (definition.proxy) row.proxy = agent::proxy_row(*definition.proxy);
    row.port = narrow(definition.port);
    if (definition.weights) {
        row.weight_passing = narrow(definition.weights->passing);
        row.weight_warning = narrow(definition.weights->warning);
    }
    row.enable_tag_override = definition.enable_tag_override;
    row.connect_native = definition.connect_native;
    return row;
}

Result<agent::CheckRow> check_row(const body::CheckBody& check, const std::string& node) {
    if (!check.node.empty() && !agent::fold_equal(check.node, node)) {
        return make_error(Errc::InvalidArgument, fmt::format("check node {} does not match node {}",
                                                             go_quote(check.node), go_quote(node)));
    }
    const auto status = check.status.empty() ? agent::Status::Critical : status_of(check.status);
    if (!status) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("failed inserting check: invalid check status {}", go_quote(check.status)));
    }
    agent::CheckRow row;
    row.node = node;
    row.id = check.id.empty() ? check.name : check.id;
    if (row.id.empty())
        return make_error(Errc::InvalidArgument,
                          "failed inserting check: Missing check ID or name");
    row.name = check.name;
    row.notes = check.notes;
    row.output = check.output;
    row.service_id = check.service_id;
    row.service_name = check.service_name;
    row.service_tags = text_list(check.service_tags);
    row.type = check.type;
    if (check.definition) {
        row.definition = definition_row(check.definition->check);
        if (row.type.empty()) row.type = SharedText(check.definition->check.kind());
    }
    row.status = *status;
    return row;
}

}  // namespace weft::api
