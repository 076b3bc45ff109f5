#include "api/http/transaction_body.hpp"

#include <fmt/format.h>

#include "agent/catalog/transaction.hpp"
#include "api/http/catalog_body_rows.hpp"
#include "api/http/go_text.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {

using agent::FieldNames;
using agent::RowVerb;

namespace body {

struct KvOperationBody {
    std::string verb, key, session, namespace_name;
    ByteField value;
    std::uint64_t flags = 0;
    std::uint64_t index = 0;
};

template <class Reader>
void read_fields(Reader& read, KvOperationBody& operation) {
    read(FieldNames{"Verb", {}}, operation.verb);
    read(FieldNames{"Key", {}}, operation.key);
    read(FieldNames{"Value", {}}, operation.value);
    read(FieldNames{"Flags", {}}, operation.flags);
    read(FieldNames{"Index", {}}, operation.index);
    read(FieldNames{"Session", {}}, operation.session);
    read(FieldNames{"Namespace", {}}, operation.namespace_name);
}

struct NodeBody {
    std::string id, node, address, datacenter;
    std::optional<agent::StringMap> tagged_addresses, meta;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, NodeBody& node) {
    read(FieldNames{"ID", {}}, node.id);
    read(FieldNames{"Node", {}}, node.node);
    read(FieldNames{"Address", {}}, node.address);
    read(FieldNames{"Datacenter", {}}, node.datacenter);
    read(FieldNames{"TaggedAddresses", {}}, node.tagged_addresses);
    read(FieldNames{"Meta", {}}, node.meta);
    read(FieldNames{"CreateIndex", {}}, node.create_index);
    read(FieldNames{"ModifyIndex", {}}, node.modify_index);
}

struct NodeOperationBody {
    std::string verb;
    NodeBody node;
};

template <class Reader>
void read_fields(Reader& read, NodeOperationBody& operation) {
    read(FieldNames{"Verb", {}}, operation.verb);
    read(FieldNames{"Node", {}}, operation.node);
}

// A service as the agent gives it out, which clients send back.
struct AgentServiceBody {
    ServiceBody service;
    std::string content_hash, namespace_name;
};

template <class Reader>
void read_fields(Reader& read, AgentServiceBody& body) {
    read_fields(read, body.service);
    read(FieldNames{"ContentHash", {}}, body.content_hash);
    read(FieldNames{"Namespace", {}}, body.namespace_name);
}

struct ServiceOperationBody {
    std::string verb, node;
    AgentServiceBody service;
};

template <class Reader>
void read_fields(Reader& read, ServiceOperationBody& operation) {
    read(FieldNames{"Verb", {}}, operation.verb);
    read(FieldNames{"Node", {}}, operation.node);
    read(FieldNames{"Service", {}}, operation.service);
}

struct CheckOperationBody {
    std::string verb;
    CheckBody check;
};

template <class Reader>
void read_fields(Reader& read, CheckOperationBody& operation) {
    read(FieldNames{"Verb", {}}, operation.verb);
    read(FieldNames{"Check", {}}, operation.check);
}

struct OperationBody {
    std::optional<KvOperationBody> kv;
    std::optional<NodeOperationBody> node;
    std::optional<ServiceOperationBody> service;
    std::optional<CheckOperationBody> check;
};

template <class Reader>
void read_fields(Reader& read, OperationBody& operation) {
    read(FieldNames{"KV", {}}, operation.kv);
    read(FieldNames{"Node", {}}, operation.node);
    read(FieldNames{"Service", {}}, operation.service);
    read(FieldNames{"Check", {}}, operation.check);
}

}  // namespace body

namespace {

bool stores_row(RowVerb verb) {
    return verb == RowVerb::Set || verb == RowVerb::Cas;
}

agent::KvOperation kv_operation(const body::KvOperationBody& body) {
    agent::KvOperation operation;
    operation.verb = agent::kv_verb(body.verb);
    operation.key = body.key;
    operation.value = body.value.bytes;
    operation.flags = body.flags;
    operation.session = body.session;
    operation.index = agent::Index{body.index};
    return operation;
}

agent::NodeOperation node_operation(const body::NodeOperationBody& body) {
    agent::NodeOperation operation;
    operation.verb = agent::row_verb(body.verb);
    operation.node.id = body.node.id;
    operation.node.name = body.node.node;
    operation.node.address = body.node.address;
    operation.node.tagged_addresses = text_map(body.node.tagged_addresses);
    operation.node.meta = text_map(body.node.meta);
    operation.node.modify_index = agent::Index{body.node.modify_index};
    return operation;
}

Result<agent::ServiceOperation> service_operation(body::ServiceOperationBody& body) {
    body::ServiceBody& service = body.service.service;
    agent::ServiceOperation operation;
    operation.verb = agent::row_verb(body.verb);
    if (stores_row(operation.verb)) {
        WEFT_TRY(validate_service(service.definition));
        WEFT_TRY(validate_service_meta(service, body.node));
    }
    operation.service = service_row(service, SharedText(body.node));
    if (!stores_row(operation.verb)) operation.service.id = service.definition.id;
    operation.service.modify_index = agent::Index{service.modify_index};
    return operation;
}

Result<agent::CheckOperation> check_operation(const body::CheckOperationBody& body) {
    agent::CheckOperation operation;
    operation.verb = agent::row_verb(body.verb);
    if (stores_row(operation.verb)) {
        WEFT_TRY(operation.check, check_row(body.check, body.check.node));
    } else {
        operation.check.node = body.check.node;
        operation.check.id = body.check.id;
    }
    operation.check.modify_index = agent::Index{body.check.modify_index};
    return operation;
}

// There is one: what is meant for another must not reach it.
Result<void> check_namespace(const std::string& name) {
    if (name.empty() || name == "default") return success();
    return make_error(Errc::InvalidArgument,
                      fmt::format("Invalid Namespace {} - Namespaces are a Consul Enterprise "
                                  "feature",
                                  go_quote(name)));
}

// The first of the four that is there counts, as in Consul.
Result<agent::TransactionOperation> to_operation(body::OperationBody& body) {
    agent::TransactionOperation operation;
    if (body.kv) {
        WEFT_TRY(check_namespace(body.kv->namespace_name));
        operation.kv = kv_operation(*body.kv);
        operation.unknown_verb = body.kv->verb;
    } else if (body.node) {
        operation.node = node_operation(*body.node);
        operation.unknown_verb = body.node->verb;
    } else if (body.service) {
        WEFT_TRY(check_namespace(body.service->service.namespace_name));
        WEFT_TRY(operation.service, service_operation(*body.service));
        operation.unknown_verb = body.service->verb;
    } else if (body.check) {
        WEFT_TRY(operation.check, check_operation(*body.check));
        operation.unknown_verb = body.check->verb;
    }
    return operation;
}

Result<std::vector<body::OperationBody>> decode_operations(std::string_view text,
                                                           BodyFault& fault) {
    WEFT_TRY(const JsonValue tree, parse_body(text, fault));
    if (!tree.is_null() && tree.kind != JsonValue::Kind::Array) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("json: cannot unmarshal {} into Go value of type api.TxnOps",
                                      kind_name(tree)));
    }
    std::vector<body::OperationBody> operations;
    JsonDecoder decoder("TxnOp");
    decoder.decode(tree, operations);
    fault = decoder.fault();
    if (decoder.error()) return *decoder.error();
    return operations;
}

}  // namespace

CatalogBody<TransactionBody> read_transaction_body(std::string_view text,
                                                   const agent::CommandLimits& limits) {
    BodyFault fault;
    auto operations = decode_operations(text, fault);
    if (!operations) {
        return CatalogBodyError{400, "Failed to parse body: " + operations.error().message(),
                                std::move(fault)};
    }
    TransactionBody transaction;
    for (body::OperationBody& body : operations.value()) {
        auto operation = to_operation(body);
        if (!operation) {
            const auto at = static_cast<std::uint32_t>(transaction.command.operations.size());
            transaction.errors.push_back({at, operation.error().message()});
            transaction.command.operations.emplace_back();
        } else {
            transaction.command.operations.push_back(std::move(operation).value());
        }
    }
    if (auto fits = agent::check_limits(transaction.command, limits); !fits)
        return CatalogBodyError{413, fits.error().message()};
    return transaction;
}

}  // namespace weft::api
