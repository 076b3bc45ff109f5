#include "api/http/row_json.hpp"

#include "agent/base/go_duration.hpp"
#include "api/http/row_json_parts.hpp"

namespace weft::api {
namespace {

using agent::CheckRow;
using agent::NodeRow;
using agent::ProxyRow;
using agent::ServiceRow;

void write_list(JsonWriter& writer, std::string_view name, const Shared<agent::TextList>& list,
                NoTags when_empty = NoTags::Brackets) {
    writer.key(name);
    if (list->empty() && when_empty == NoTags::Null) return writer.null();
    writer.begin_array();
    for (const SharedText& item : list.get()) writer.value(item.view());
    writer.end_array();
}

void write_if_set(JsonWriter& writer, std::string_view name, const SharedText& text) {
    if (!text.empty()) writer.field(name, text.view());
}

void write_if_set(JsonWriter& writer, std::string_view name, std::int32_t number) {
    if (number != 0) writer.field(name, number);
}

void write_addresses(JsonWriter& writer, std::string_view name,
                     const Shared<agent::ServiceAddressMap>& addresses) {
    if (addresses->empty()) return;
    writer.key(name);
    writer.begin_object();
    for (const auto& [tag, address] : addresses.get()) {
        writer.key(tag.view());
        writer.begin_object();
        writer.field("Address", address.address.view());
        writer.field("Port", address.port);
        writer.end_object();
    }
    writer.end_object();
}

void write_weights(JsonWriter& writer, std::string_view name, const ServiceRow& row) {
    writer.key(name);
    writer.begin_object();
    writer.field("Passing", row.weight_passing);
    writer.field("Warning", row.weight_warning);
    writer.end_object();
}

void write_mesh_gateway(JsonWriter& writer, const SharedText& mode) {
    writer.key("MeshGateway");
    writer.begin_object();
    write_if_set(writer, "Mode", mode);
    writer.end_object();
}

void write_expose(JsonWriter& writer, const ProxyRow& proxy) {
    writer.key("Expose");
    writer.begin_object();
    if (proxy.expose_checks) writer.field("Checks", true);
    if (!proxy.expose_paths.empty()) {
        writer.key("Paths");
        writer.begin_array();
        for (const agent::ExposePathRow& path : proxy.expose_paths) {
            writer.begin_object();
            write_if_set(writer, "ListenerPort", path.listener_port);
            write_if_set(writer, "Path", path.path);
            write_if_set(writer, "LocalPathPort", path.local_path_port);
            write_if_set(writer, "Protocol", path.protocol);
            writer.field("ParsedFromCheck", path.parsed_from_check);
            writer.end_object();
        }
        writer.end_array();
    }
    writer.end_object();
}

// The agent's form leaves out what is empty, the catalog's does not.
enum class ProxyForm { Agent, Catalog };

void write_upstream(JsonWriter& writer, const agent::UpstreamRow& upstream, ProxyForm form) {
    const bool all = form == ProxyForm::Catalog;
    writer.begin_object();
    if (all || !upstream.destination_type.empty())
        writer.field("DestinationType", upstream.destination_type.view());
    write_if_set(writer, "DestinationNamespace", upstream.destination_namespace);
    writer.field("DestinationName", upstream.destination_name.view());
    if (all || !upstream.datacenter.empty()) writer.field("Datacenter", upstream.datacenter.view());
    write_if_set(writer, "LocalBindAddress", upstream.local_bind_address);
    if (all || upstream.local_bind_port != 0)
        writer.field("LocalBindPort", upstream.local_bind_port);
    if (!upstream.config_json.empty()) {
        writer.key("Config");
        writer.raw(upstream.config_json.view());
    } else if (all) {
        writer.null_field("Config");
    }
    write_mesh_gateway(writer, upstream.mesh_gateway_mode);
    writer.end_object();
}

void write_proxy(JsonWriter& writer, std::string_view name, const ProxyRow& proxy, ProxyForm form) {
    writer.key(name);
    writer.begin_object();
    write_if_set(writer, "DestinationServiceName", proxy.destination_service_name);
    write_if_set(writer, "DestinationServiceID", proxy.destination_service_id);
    write_if_set(writer, "LocalServiceAddress", proxy.local_service_address);
    write_if_set(writer, "LocalServicePort", proxy.local_service_port);
    write_if_set(writer, "Mode", proxy.mode);
    if (!proxy.config_json.empty()) {
        writer.key("Config");
        writer.raw(proxy.config_json.view());
    }
    if (!proxy.upstreams.empty()) {
        writer.key("Upstreams");
        writer.begin_array();
        for (const agent::UpstreamRow& upstream : proxy.upstreams)
            write_upstream(writer, upstream, form);
        writer.end_array();
    }
    write_mesh_gateway(writer, proxy.mesh_gateway_mode);
    write_expose(writer, proxy);
    writer.end_object();
}

void write_connect(JsonWriter& writer, std::string_view name, bool native) {
    writer.key(name);
    writer.begin_object();
    if (native) writer.field("Native", true);
    writer.end_object();
}

void write_indexes(JsonWriter& writer, agent::Index created, agent::Index modified) {
    writer.field("CreateIndex", created.get());
    writer.field("ModifyIndex", modified.get());
}

void write_node_head(JsonWriter& writer, const NodeRow& row, std::string_view datacenter,
                     std::string_view meta) {
    writer.field("ID", row.id.view());
    writer.field("Node", row.name.view());
    writer.field("Address", row.address.view());
    if (!datacenter.empty()) writer.field("Datacenter", datacenter);
    write_map(writer, "TaggedAddresses", row.tagged_addresses, WhenNull::Null);
    write_map(writer, meta, row.meta, WhenNull::Null);
}

void write_check_head(JsonWriter& writer, const CheckRow& row) {
    writer.field("Node", row.node.view());
    writer.field("CheckID", row.id.view());
    writer.field("Name", row.name.view());
    writer.field("Status", agent::to_string(row.status));
    writer.field("Notes", row.notes.view());
    writer.field("Output", row.output.view());
    writer.field("ServiceID", row.service_id.view());
    writer.field("ServiceName", row.service_name.view());
}

void write_if_set(JsonWriter& writer, std::string_view name, bool flag) {
    if (flag) writer.field(name, true);
}

void write_duration_if_set(JsonWriter& writer, std::string_view name, std::int64_t nanoseconds) {
    if (nanoseconds != 0) writer.field(name, format_go_duration(Duration(nanoseconds)));
}

void write_texts(JsonWriter& writer, std::string_view name, const agent::TextList& texts) {
    writer.key(name);
    writer.begin_array();
    for (const SharedText& text : texts) writer.value(text.view());
    writer.end_array();
}

void write_fields(JsonWriter& writer, const agent::CheckDefinitionRow& row) {
    write_duration_if_set(writer, "Interval", row.interval_ns);
    if (row.output_max_size != 0) writer.field("OutputMaxSize", row.output_max_size);
    write_duration_if_set(writer, "Timeout", row.timeout_ns);
    write_duration_if_set(writer, "DeregisterCriticalServiceAfter",
                          row.deregister_critical_service_after_ns);
    write_if_set(writer, "HTTP", row.http);
    write_if_set(writer, "TLSServerName", row.tls_server_name);
    write_if_set(writer, "TLSSkipVerify", row.tls_skip_verify);
    if (!row.header.empty()) {
        writer.key("Header");
        writer.begin_object();
        for (const auto& [name, values] : row.header) write_texts(writer, name.view(), values);
        writer.end_object();
    }
    write_if_set(writer, "Method", row.method);
    write_if_set(writer, "Body", row.body);
    write_if_set(writer, "DisableRedirects", row.disable_redirects);
    write_if_set(writer, "TCP", row.tcp);
    write_if_set(writer, "TCPUseTLS", row.tcp_use_tls);
    write_if_set(writer, "UDP", row.udp);
    write_if_set(writer, "H2PING", row.h2ping);
    write_if_set(writer, "H2PingUseTLS", row.h2ping_use_tls);
    write_if_set(writer, "OSService", row.os_service);
    if (!row.script_args.empty()) write_texts(writer, "ScriptArgs", row.script_args);
    write_if_set(writer, "DockerContainerID", row.docker_container_id);
    write_if_set(writer, "Shell", row.shell);
    write_if_set(writer, "GRPC", row.grpc);
    write_if_set(writer, "GRPCUseTLS", row.grpc_use_tls);
    write_if_set(writer, "AliasNode", row.alias_node);
    write_if_set(writer, "AliasService", row.alias_service);
    if (row.ttl_ns != 0) writer.field("TTL", row.ttl_ns);  // a number: Consul has no text for it
}

void write_definition(JsonWriter& writer, const Shared<agent::CheckDefinitionRow>& definition) {
    writer.key("Definition");
    writer.begin_object();
    if (!definition.is_null()) write_fields(writer, *definition);
    writer.end_object();
}

bool shows_proxy(const SharedText& kind) {
    return kind == "connect-proxy" || kind == "mesh-gateway" || kind == "terminating-gateway" ||
           kind == "ingress-gateway" || kind == "api-gateway";
}

}  // namespace

void write_map(JsonWriter& writer, std::string_view name, const Shared<agent::TextMap>& map,
               WhenNull when_null) {
    writer.key(name);
    if (map.is_null() && when_null == WhenNull::Null) return writer.null();
    writer.begin_object();
    for (const auto& [key, value] : map.get()) writer.field(key.view(), value.view());
    writer.end_object();
}

void write_node(JsonWriter& writer, const NodeRow& row, std::string_view datacenter) {
    writer.begin_object();
    write_node_head(writer, row, datacenter, "Meta");
    write_indexes(writer, row.create_index, row.modify_index);
    writer.end_object();
}

void write_service(JsonWriter& writer, const ServiceRow& row, NoTags no_tags) {
    writer.begin_object();
    write_if_set(writer, "Kind", row.kind);
    writer.field("ID", row.id.view());
    writer.field("Service", row.name.view());
    write_list(writer, "Tags", row.tags, no_tags);
    writer.field("Address", row.address.view());
    write_addresses(writer, "TaggedAddresses", row.tagged_addresses);
    write_map(writer, "Meta", row.meta, WhenNull::Null);
    writer.field("Port", row.port);
    write_weights(writer, "Weights", row);
    writer.field("EnableTagOverride", row.enable_tag_override);
    write_proxy(writer, "Proxy", row.proxy.get(), ProxyForm::Catalog);
    write_connect(writer, "Connect", row.connect_native);
    write_indexes(writer, row.create_index, row.modify_index);
    writer.end_object();
}

void write_catalog_service(JsonWriter& writer, const NodeRow& node, const ServiceRow& row,
                           std::string_view datacenter) {
    writer.begin_object();
    write_node_head(writer, node, datacenter, "NodeMeta");
    writer.field("ServiceKind", row.kind.view());
    writer.field("ServiceID", row.id.view());
    writer.field("ServiceName", row.name.view());
    write_list(writer, "ServiceTags", row.tags);
    writer.field("ServiceAddress", row.address.view());
    write_addresses(writer, "ServiceTaggedAddresses", row.tagged_addresses);
    write_weights(writer, "ServiceWeights", row);
    write_map(writer, "ServiceMeta", row.meta, WhenNull::Braces);
    writer.field("ServicePort", row.port);
    writer.field("ServiceEnableTagOverride", row.enable_tag_override);
    write_proxy(writer, "ServiceProxy", row.proxy.get(), ProxyForm::Catalog);
    write_connect(writer, "ServiceConnect", row.connect_native);
    write_indexes(writer, row.create_index, row.modify_index);
    writer.end_object();
}

void write_check(JsonWriter& writer, const CheckRow& row, NoTags no_tags) {
    writer.begin_object();
    write_check_head(writer, row);
    write_list(writer, "ServiceTags", row.service_tags, no_tags);
    writer.field("Type", row.type.view());
    write_definition(writer, row.definition);
    write_indexes(writer, row.create_index, row.modify_index);
    writer.end_object();
}

void write_instance(JsonWriter& writer, const NodeRow& node, const ServiceRow& service,
                    const std::vector<const CheckRow*>& checks, std::string_view datacenter,
                    NoTags no_lists) {
    writer.begin_object();
    writer.key("Node");
    write_node(writer, node, datacenter);
    writer.key("Service");
    write_service(writer, service, no_lists);
    writer.key("Checks");
    if (checks.empty() && no_lists == NoTags::Null) {
        writer.null();
    } else {
        write_rows(writer, checks,
                   [&](const CheckRow* check) { write_check(writer, *check, no_lists); });
    }
    writer.end_object();
}

void write_node_overview(JsonWriter& writer, const NodeRow& node,
                         const std::vector<const ServiceRow*>& services,
                         const std::vector<const CheckRow*>& checks) {
    writer.begin_object();
    write_node_head(writer, node, {}, "Meta");
    writer.key("Services");
    write_rows(writer, services,
               [&](const ServiceRow* service) { write_service(writer, *service, NoTags::Null); });
    writer.key("Checks");
    write_rows(writer, checks,
               [&](const CheckRow* check) { write_check(writer, *check, NoTags::Null); });
    writer.end_object();
}

void write_local_service(JsonWriter& writer, const ServiceRow& row, std::string_view content_hash) {
    writer.begin_object();
    write_if_set(writer, "Kind", row.kind);
    writer.field("ID", row.id.view());
    writer.field("Service", row.name.view());
    write_list(writer, "Tags", row.tags);
    write_map(writer, "Meta", row.meta, WhenNull::Braces);
    writer.field("Port", row.port);
    writer.field("Address", row.address.view());
    write_addresses(writer, "TaggedAddresses", row.tagged_addresses);
    write_weights(writer, "Weights", row);
    writer.field("EnableTagOverride", row.enable_tag_override);
    if (!content_hash.empty()) writer.field("ContentHash", content_hash);
    if (shows_proxy(row.kind)) write_proxy(writer, "Proxy", row.proxy.get(), ProxyForm::Agent);
    if (row.connect_native) write_connect(writer, "Connect", true);
    writer.end_object();
}

void write_local_check(JsonWriter& writer, const LocalCheck& check) {
    const auto text = [](Duration duration) {
        return duration == Duration{} ? std::string() : format_go_duration(duration);
    };
    writer.begin_object();
    write_check_head(writer, check.row);
    write_list(writer, "ServiceTags", check.row.service_tags);
    writer.field("Type", check.row.type.view());
    writer.field("Interval", text(check.interval));
    writer.field("Timeout", text(check.timeout));
    writer.key("Definition");
    writer.begin_object();
    writer.end_object();
    write_indexes(writer, agent::Index(0), agent::Index(0));
    writer.end_object();
}

void write_aggregated_check(JsonWriter& writer, const CheckRow& row) {
    writer.begin_object();
    write_check_head(writer, row);
    if (row.service_tags->empty()) {
        writer.null_field("ServiceTags");
    } else {
        write_list(writer, "ServiceTags", row.service_tags);
    }
    writer.field("Type", "");
    writer.key("Definition");
    writer.raw(
        R"({"Interval":"0s","Timeout":"0s","DeregisterCriticalServiceAfter":"0s","HTTP":"","Header":null,)"
        R"("Method":"","Body":"","TLSSkipVerify":false,"TCP":""})");
    write_indexes(writer, agent::Index(0), agent::Index(0));
    writer.end_object();
}

// The protocol numbers are those of Consul 1.8's gossip, which weft will speak.
void write_member(JsonWriter& writer, const Member& member, std::string_view name) {
    writer.begin_object();
    writer.field("Name", name);
    writer.field("Addr", member.address);
    writer.field("Port", static_cast<unsigned>(member.port));
    writer.key("Tags");
    writer.begin_object();
    for (const auto& [tag, value] : member.tags) writer.field(tag, value);
    writer.end_object();
    writer.field("Status", member.status);
    writer.field("ProtocolMin", member.protocol_min);
    writer.field("ProtocolMax", member.protocol_max);
    writer.field("ProtocolCur", member.protocol_current);
    writer.field("DelegateMin", member.delegate_min);
    writer.field("DelegateMax", member.delegate_max);
    writer.field("DelegateCur", member.delegate_current);
    writer.end_object();
}

}  // namespace weft::api
