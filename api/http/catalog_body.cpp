#include "api/http/catalog_body.hpp"

#include <fmt/format.h>

#include "agent/base/uuid.hpp"
#include "agent/catalog/proxy_row.hpp"
#include "agent/catalog/text_order.hpp"
#include "api/http/go_text.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {

using agent::FieldNames;

// The structs of Consul's catalog requests, whose JSON knows no spelling but its own. Indexes are
// accepted, as Go's decoder does, and unused.
namespace body {

struct ServiceBody {
    agent::ServiceDefinition definition;
    std::optional<agent::StringMap> meta;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, ServiceBody& service) {
    agent::ServiceDefinition& definition = service.definition;
    read(FieldNames{"Kind", {}}, definition.kind);
    read(FieldNames{"ID", {}}, definition.id);
    read(FieldNames{"Service", {}}, definition.name);
    read(FieldNames{"Tags", {}}, definition.tags);
    read(FieldNames{"Address", {}}, definition.address);
    read(FieldNames{"TaggedAddresses", "tagged_addresses"}, definition.tagged_addresses);
    read(FieldNames{"Meta", {}}, service.meta);
    read(FieldNames{"Port", {}}, definition.port);
    read(FieldNames{"Weights", {}}, definition.weights);
    read(FieldNames{"EnableTagOverride", "enable_tag_override"}, definition.enable_tag_override);
    read(FieldNames{"Proxy", {}}, definition.proxy);
    agent::ConnectBlock connect{definition};
    read(FieldNames{"Connect", {}}, connect);
    read(FieldNames{"CreateIndex", {}}, service.create_index);
    read(FieldNames{"ModifyIndex", {}}, service.modify_index);
}

struct DefinitionBody {
    agent::CheckDefinition check;
};

template <class Reader>
void read_fields(Reader& read, DefinitionBody& body) {
    read_fields(read, body.check, agent::CheckPlace::Standalone);
}

struct CheckBody {
    std::string node, id, name, status, notes, output, service_id, service_name, type;
    std::vector<std::string> service_tags;
    std::optional<DefinitionBody> definition;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, CheckBody& check) {
    read(FieldNames{"Node", {}}, check.node);
    read(FieldNames{"CheckID", {}}, check.id);
    read(FieldNames{"Name", {}}, check.name);
    read(FieldNames{"Status", {}}, check.status);
    read(FieldNames{"Notes", {}}, check.notes);
    read(FieldNames{"Output", {}}, check.output);
    read(FieldNames{"ServiceID", {}}, check.service_id);
    read(FieldNames{"ServiceName", {}}, check.service_name);
    read(FieldNames{"ServiceTags", {}}, check.service_tags);
    read(FieldNames{"Type", {}}, check.type);
    read(FieldNames{"Definition", {}}, check.definition);
    read(FieldNames{"CreateIndex", {}}, check.create_index);
    read(FieldNames{"ModifyIndex", {}}, check.modify_index);
}

struct RegisterBody {
    std::string datacenter, id, node, address, token;
    std::optional<agent::StringMap> tagged_addresses, node_meta;
    std::optional<ServiceBody> service;
    std::optional<CheckBody> check;
    std::vector<CheckBody> checks;
    bool skip_node_update = false;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, RegisterBody& request) {
    read(FieldNames{"Datacenter", {}}, request.datacenter);
    read(FieldNames{"ID", {}}, request.id);
    read(FieldNames{"Node", {}}, request.node);
    read(FieldNames{"Address", {}}, request.address);
    read(FieldNames{"TaggedAddresses", {}}, request.tagged_addresses);
    read(FieldNames{"NodeMeta", {}}, request.node_meta);
    read(FieldNames{"Service", {}}, request.service);
    read(FieldNames{"Check", {}}, request.check);
    read(FieldNames{"Checks", {}}, request.checks);
    read(FieldNames{"SkipNodeUpdate", {}}, request.skip_node_update);
    read(FieldNames{"Token", {}}, request.token);
    read(FieldNames{"CreateIndex", {}}, request.create_index);
    read(FieldNames{"ModifyIndex", {}}, request.modify_index);
}

struct DeregisterBody {
    std::string datacenter, node, service_id, check_id, token;
};

template <class Reader>
void read_fields(Reader& read, DeregisterBody& request) {
    read(FieldNames{"Datacenter", {}}, request.datacenter);
    read(FieldNames{"Node", {}}, request.node);
    read(FieldNames{"ServiceID", {}}, request.service_id);
    read(FieldNames{"CheckID", {}}, request.check_id);
    read(FieldNames{"Token", {}}, request.token);
}

}  // namespace body

namespace {

CatalogBodyError undecodable(const Error& error) {
    return {400, "Request decode failed: " + error.message()};
}
CatalogBodyError refused(std::string text) {
    return {500, std::move(text)};
}

Shared<agent::TextMap> text_map(const std::optional<agent::StringMap>& map) {
    if (!map) return {};
    agent::TextMap rows;
    for (const auto& [name, value] : *map) rows.emplace_back(name, value);
    return rows;
}

agent::TextList text_list(const std::vector<std::string>& list) {
    return {list.begin(), list.end()};
}

// Ports were read as 32 bits.
std::int32_t narrow(std::int64_t number) {
    return static_cast<std::int32_t>(number);
}

Result<void> validate_service(const agent::ServiceDefinition& service) {
    if (service.name.empty())
        return make_error(Errc::InvalidArgument, "Must provide service name with ID");
    return service.validate();
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

Result<void> validate_node(const body::RegisterBody& request) {
    if (request.node.empty()) return make_error(Errc::InvalidArgument, "Must provide node");
    if (request.address.empty() && !request.skip_node_update) {
        return make_error(Errc::InvalidArgument,
                          "Must provide address if SkipNodeUpdate is not set");
    }
    if (!request.id.empty() && !is_uuid(request.id)) {
        return make_error(Errc::InvalidArgument, request.id.size() == 36
                                                     ? "Bad node ID: uuid is improperly formatted"
                                                     : "Bad node ID: uuid string is wrong length");
    }
    return success();
}

Result<CatalogRegistration> to_registration(body::RegisterBody& request) {
    WEFT_TRY(validate_node(request));
    CatalogRegistration registration;
    registration.datacenter = request.datacenter;
    agent::RegisterCommand& command = registration.command;
    command.node.name = request.node;
    command.node.id = request.id;
    command.node.address = request.address;
    command.node.tagged_addresses = text_map(request.tagged_addresses);
    command.node.meta = text_map(request.node_meta);
    command.skip_node_update = request.skip_node_update;
    if (request.service) {
        WEFT_TRY(validate_service(request.service->definition));
        command.service = service_row(*request.service, command.node.name);
    }
    if (request.check) request.checks.push_back(std::move(*request.check));
    for (const body::CheckBody& check : request.checks) {
        WEFT_TRY(agent::CheckRow row, check_row(check, request.node));
        command.checks.push_back(std::move(row));
    }
    return registration;
}

}  // namespace

CatalogBody<CatalogRegistration> read_catalog_register_body(std::string_view text) {
    body::RegisterBody request;
    if (auto decoded = decode_body(text, "RegisterRequest", request); !decoded)
        return undecodable(decoded.error());
    auto registration = to_registration(request);
    if (!registration) return refused(registration.error().message());
    if (auto fits = agent::check_limits(registration.value().command); !fits)
        return CatalogBodyError{400, fits.error().message()};
    return std::move(registration).value();
}

CatalogBody<CatalogDeregistration> read_catalog_deregister_body(std::string_view text) {
    body::DeregisterBody request;
    if (auto decoded = decode_body(text, "DeregisterRequest", request); !decoded)
        return undecodable(decoded.error());
    if (request.node.empty()) return refused("Must provide node");
    return CatalogDeregistration{request.datacenter,
                                 {request.node, request.service_id, request.check_id}};
}

}  // namespace weft::api
