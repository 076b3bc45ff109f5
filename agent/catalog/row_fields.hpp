#pragma once

#include <concepts>
#include <type_traits>

#include "agent/catalog/command.hpp"
#include "agent/catalog/rows.hpp"

// The stored names of all fields of rows and commands, once for writing and for reading. A visitor
// is called as visit(name, member) for each field; visit.always(..) for those whose unwritten value
// would not be zero.
//
// A name, once released, keeps its meaning for ever: logs and checkpoints of older programs hold
// it.
namespace weft::agent {

// The greatest number of each enum that is stored; a greater one is malformed.
constexpr Status greatest(Status) {
    return Status::Maintenance;
}
constexpr KvVerb greatest(KvVerb) {
    return KvVerb::Unknown;
}
constexpr RowVerb greatest(RowVerb) {
    return RowVerb::Unknown;
}
constexpr PreparedQueryVerb greatest(PreparedQueryVerb) {
    return PreparedQueryVerb::Delete;
}
constexpr SessionBehavior greatest(SessionBehavior) {
    return SessionBehavior::Delete;
}

template <class T, class Row>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Row>;

template <class Visitor, MaybeConst<NodeRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("name", row.name);
    visit("id", row.id);
    visit("address", row.address);
    visit("tagged_addresses", row.tagged_addresses);
    visit("meta", row.meta);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<UpstreamRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("destination_type", row.destination_type);
    visit("destination_namespace", row.destination_namespace);
    visit("destination_name", row.destination_name);
    visit("datacenter", row.datacenter);
    visit("local_bind_address", row.local_bind_address);
    visit("local_bind_port", row.local_bind_port);
    visit("config_json", row.config_json);
    visit("mesh_gateway_mode", row.mesh_gateway_mode);
}

template <class Visitor, MaybeConst<ExposePathRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("listener_port", row.listener_port);
    visit("path", row.path);
    visit("local_path_port", row.local_path_port);
    visit("protocol", row.protocol);
    visit("parsed_from_check", row.parsed_from_check);
}

template <class Visitor, MaybeConst<ProxyRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("destination_service_name", row.destination_service_name);
    visit("destination_service_id", row.destination_service_id);
    visit("local_service_address", row.local_service_address);
    visit("local_service_port", row.local_service_port);
    visit("mode", row.mode);
    visit("config_json", row.config_json);
    visit("upstreams", row.upstreams);
    visit("mesh_gateway_mode", row.mesh_gateway_mode);
    visit("expose_checks", row.expose_checks);
    visit("expose_paths", row.expose_paths);
}

template <class Visitor, MaybeConst<ServiceAddress> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("address", row.address);
    visit("port", row.port);
}

template <class Visitor, MaybeConst<ServiceRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("node", row.node);
    visit("id", row.id);
    visit("name", row.name);
    visit("kind", row.kind);
    visit("tags", row.tags);
    visit("address", row.address);
    visit("tagged_addresses", row.tagged_addresses);
    visit("meta", row.meta);
    visit("proxy", row.proxy);
    visit("port", row.port);
    visit.always("weight_passing", row.weight_passing);
    visit.always("weight_warning", row.weight_warning);
    visit("enable_tag_override", row.enable_tag_override);
    visit("connect_native", row.connect_native);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<CheckDefinitionRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("http", row.http);
    visit("header", row.header);
    visit("method", row.method);
    visit("body", row.body);
    visit("tls_skip_verify", row.tls_skip_verify);
    visit("tls_server_name", row.tls_server_name);
    visit("tcp", row.tcp);
    visit("interval_ns", row.interval_ns);
    visit("timeout_ns", row.timeout_ns);
    visit("deregister_critical_service_after_ns", row.deregister_critical_service_after_ns);
    visit("ttl_ns", row.ttl_ns);
    visit("output_max_size", row.output_max_size);
    visit("script_args", row.script_args);
    visit("docker_container_id", row.docker_container_id);
    visit("shell", row.shell);
    visit("grpc", row.grpc);
    visit("alias_node", row.alias_node);
    visit("alias_service", row.alias_service);
    visit("udp", row.udp);
    visit("h2ping", row.h2ping);
    visit("os_service", row.os_service);
    visit("grpc_use_tls", row.grpc_use_tls);
    visit("h2ping_use_tls", row.h2ping_use_tls);
    visit("tcp_use_tls", row.tcp_use_tls);
    visit("disable_redirects", row.disable_redirects);
}

// service_name and service_tags are the service's and not stored with the check.
template <class Visitor, MaybeConst<CheckRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("node", row.node);
    visit("id", row.id);
    visit("name", row.name);
    visit("notes", row.notes);
    visit("output", row.output);
    visit("service_id", row.service_id);
    visit("type", row.type);
    visit("definition", row.definition);
    visit.always("status", row.status);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<KvRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("key", row.key);
    visit("value", row.value);
    visit("flags", row.flags);
    visit("lock_index", row.lock_index);
    visit("session", row.session);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<ConfigEntryRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("kind", row.kind);
    visit("name", row.name);
    visit("body", row.body);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<SessionServiceCheck> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("id", row.id);
    visit("namespace", row.namespace_name);
}

template <class Visitor, MaybeConst<SessionRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("id", row.id);
    visit("name", row.name);
    visit("node", row.node);
    visit("lock_delay_ns", row.lock_delay_ns);
    visit.always("behavior", row.behavior);
    visit("ttl", row.ttl);
    visit("node_checks", row.node_checks);
    visit("checks", row.checks);
    visit("service_checks", row.service_checks);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<QueryTemplate> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("type", row.type);
    visit("regexp", row.regexp);
    visit("remove_empty_tags", row.remove_empty_tags);
}

template <class Visitor, MaybeConst<QueryFailover> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("nearest_n", row.nearest_n);
    visit("datacenters", row.datacenters);
}

template <class Visitor, MaybeConst<QueryService> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("service", row.service);
    visit("failover", row.failover);
    visit("only_passing", row.only_passing);
    visit("ignore_check_ids", row.ignore_check_ids);
    visit("near", row.near);
    visit("tags", row.tags);
    visit("node_meta", row.node_meta);
    visit("service_meta", row.service_meta);
    visit("connect", row.connect);
}

template <class Visitor, MaybeConst<PreparedQueryRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("id", row.id);
    visit("name", row.name);
    visit("session", row.session);
    visit("token", row.token);
    visit("template", row.name_template);
    visit("service", row.service);
    visit("dns_ttl", row.dns_ttl);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<AutopilotRow> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit.always("cleanup_dead_servers", row.cleanup_dead_servers);
    visit.always("last_contact_threshold_ns", row.last_contact_threshold_ns);
    visit.always("max_trailing_logs", row.max_trailing_logs);
    visit("min_quorum", row.min_quorum);
    visit.always("server_stabilization_time_ns", row.server_stabilization_time_ns);
    visit("redundancy_zone_tag", row.redundancy_zone_tag);
    visit("disable_upgrade_migration", row.disable_upgrade_migration);
    visit("upgrade_version_tag", row.upgrade_version_tag);
    visit("create_index", row.create_index);
    visit("modify_index", row.modify_index);
}

template <class Visitor, MaybeConst<PutConfigEntryCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("entry", body.entry);
    visit("cas", body.cas);
    visit("seen_index", body.seen_index);
}

template <class Visitor, MaybeConst<ConfigEntryPut> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("entry", body.entry);
    visit("cas", body.cas);
}

template <class Visitor, MaybeConst<PutConfigEntriesCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("puts", body.puts);
    visit("seen_index", body.seen_index);
}

template <class Visitor, MaybeConst<DeleteConfigEntryCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("kind", body.kind);
    visit("name", body.name);
    visit("cas", body.cas);
    visit("seen_index", body.seen_index);
}

template <class Visitor, MaybeConst<RegisterCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("node", body.node);
    visit("skip_node_update", body.skip_node_update);
    visit("service", body.service);
    visit("checks", body.checks);
    visit("time", body.time);
}

template <class Visitor, MaybeConst<DeregisterCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("node", body.node);
    visit("service_id", body.service_id);
    visit("check_id", body.check_id);
    visit("time", body.time);
}

template <class Visitor, MaybeConst<KvOperation> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit.always("verb", body.verb);
    visit("key", body.key);
    visit("value", body.value);
    visit("flags", body.flags);
    visit("session", body.session);
    visit("index", body.index);
}

template <class Visitor, MaybeConst<KvCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit_fields(visit, body.operation);
    visit("time", body.time);
}

template <class Visitor, MaybeConst<SessionCreateCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("session", body.session);
}

template <class Visitor, MaybeConst<SessionDestroyCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("id", body.id);
    visit("time", body.time);
}

template <class Visitor, MaybeConst<PreparedQueryCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit.always("verb", body.verb);
    visit("query", body.query);
}

template <class Visitor, MaybeConst<NodeOperation> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit.always("verb", body.verb);
    visit("node", body.node);
}

template <class Visitor, MaybeConst<ServiceOperation> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit.always("verb", body.verb);
    visit("service", body.service);
}

template <class Visitor, MaybeConst<CheckOperation> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit.always("verb", body.verb);
    visit("check", body.check);
}

template <class Visitor, MaybeConst<TransactionOperation> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("kv", body.kv);
    visit("node", body.node);
    visit("service", body.service);
    visit("check", body.check);
    visit("unknown_verb", body.unknown_verb);
}

template <class Visitor, MaybeConst<TransactionCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("operations", body.operations);
    visit("time", body.time);
}

template <class Visitor, MaybeConst<AutopilotCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("configuration", body.configuration);
    visit("cas", body.cas);
}

template <class Visitor, MaybeConst<StoredRecord> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("key", body.key);
    visit("value", body.value);
}

template <class Visitor, MaybeConst<Digest> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("low", body.low);
    visit("high", body.high);
}

template <class Visitor, MaybeConst<RestoreEnd> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("index", body.index);
    visit("digest", body.digest);
}

template <class Visitor, MaybeConst<RestoreCommand> Body>
void visit_fields(Visitor& visit, Body& body) {
    visit("id", body.id);
    visit("first", body.first);
    visit("records", body.records);
    visit("end", body.end);
    visit("time", body.time);
}

}  // namespace weft::agent
