#include "api/http/catalog_body.hpp"

#include <fmt/format.h>

#include "agent/base/uuid.hpp"
#include "api/http/catalog_body_rows.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {

using agent::FieldNames;

namespace body {

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
    std::string address;  // not looked at; clients in Go send it
};

template <class Reader>
void read_fields(Reader& read, DeregisterBody& request) {
    read(FieldNames{"Datacenter", {}}, request.datacenter);
    read(FieldNames{"Node", {}}, request.node);
    read(FieldNames{"Address", {}}, request.address);
    read(FieldNames{"ServiceID", {}}, request.service_id);
    read(FieldNames{"CheckID", {}}, request.check_id);
    read(FieldNames{"Token", {}}, request.token);
}

}  // namespace body

namespace {

CatalogBodyError undecodable(const Error& error, BodyFault fault) {
    return {400, "Request decode failed: " + error.message(), std::move(fault)};
}
CatalogBodyError refused(std::string text) {
    return {500, std::move(text)};
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
        if (const auto valid = validate_service_meta(*request.service, request.node); !valid)
            return make_error(Errc::InvalidArgument,
                              "failed inserting service: " + valid.error().context);
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
    BodyFault fault;
    if (auto decoded = decode_body(text, "RegisterRequest", request, fault); !decoded)
        return undecodable(decoded.error(), std::move(fault));
    auto registration = to_registration(request);
    if (!registration) return refused(registration.error().message());
    if (auto fits = agent::check_limits(registration.value().command); !fits)
        return CatalogBodyError{400, fits.error().message()};
    return std::move(registration).value();
}

CatalogBody<CatalogDeregistration> read_catalog_deregister_body(std::string_view text) {
    body::DeregisterBody request;
    BodyFault fault;
    if (auto decoded = decode_body(text, "DeregisterRequest", request, fault); !decoded)
        return undecodable(decoded.error(), std::move(fault));
    if (request.node.empty()) return refused("Must provide node");
    return CatalogDeregistration{request.datacenter,
                                 {request.node, request.service_id, request.check_id}};
}

}  // namespace weft::api
