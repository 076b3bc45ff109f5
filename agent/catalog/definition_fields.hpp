#pragma once

#include <initializer_list>
#include <string_view>

#include "agent/catalog/definition.hpp"

// The names of all fields of service and check definitions, once for every reader: JSON bodies
// (api/http) and configuration files (agent/config). A reader is called as read(FieldNames, member)
// for each field and finds out from the member's type what to read. JSON matches any of the names
// without regard to case, as Go does.
namespace weft::agent {

struct FieldNames {
    std::string_view json;   // Consul's JSON spelling
    std::string_view snake;  // spelling in configuration files; accepted in JSON too
    std::string_view alias = {};
};

// Where a check definition stands: a check of its own is identified by ID, one inside a service by
// CheckID (or id).
enum class CheckPlace { Standalone, InService };

template <class Reader>
void read_fields(Reader& read, CheckDefinition& check, CheckPlace place) {
    if (place == CheckPlace::InService) {
        read(FieldNames{"CheckID", "id", "check_id"}, check.id);
    } else {
        read(FieldNames{"ID", "id"}, check.id);
        read(FieldNames{"ServiceID", "service_id"}, check.service_id);
        read(FieldNames{"Token", "token"}, check.token);
    }
    read(FieldNames{"Name", "name"}, check.name);
    read(FieldNames{"Notes", "notes"}, check.notes);
    read(FieldNames{"Status", "status"}, check.status);
    read(FieldNames{"Args", "args", "script_args"}, check.args);
    read(FieldNames{"HTTP", "http"}, check.http);
    read(FieldNames{"Header", "header"}, check.header);
    read(FieldNames{"Method", "method"}, check.method);
    read(FieldNames{"Body", "body"}, check.body);
    read(FieldNames{"DisableRedirects", "disable_redirects"}, check.disable_redirects);
    read(FieldNames{"TCP", "tcp"}, check.tcp);
    read(FieldNames{"TCPUseTLS", "tcp_use_tls"}, check.tcp_use_tls);
    read(FieldNames{"UDP", "udp"}, check.udp);
    read(FieldNames{"GRPC", "grpc"}, check.grpc);
    read(FieldNames{"GRPCUseTLS", "grpc_use_tls"}, check.grpc_use_tls);
    read(FieldNames{"H2PING", "h2ping"}, check.h2ping);
    read(FieldNames{"H2PingUseTLS", "h2ping_use_tls"}, check.h2ping_use_tls);
    read(FieldNames{"AliasNode", "alias_node"}, check.alias_node);
    read(FieldNames{"AliasService", "alias_service"}, check.alias_service);
    read(FieldNames{"DockerContainerID", "docker_container_id"}, check.docker_container_id);
    read(FieldNames{"Shell", "shell"}, check.shell);
    read(FieldNames{"OSService", "os_service"}, check.os_service);
    read(FieldNames{"TLSServerName", "tls_server_name"}, check.tls_server_name);
    read(FieldNames{"TLSSkipVerify", "tls_skip_verify"}, check.tls_skip_verify);
    read(FieldNames{"Interval", "interval"}, check.interval);
    read(FieldNames{"Timeout", "timeout"}, check.timeout);
    read(FieldNames{"TTL", "ttl"}, check.ttl);
    read(FieldNames{"DeregisterCriticalServiceAfter", "deregister_critical_service_after"},
         check.deregister_critical_service_after);
    read(FieldNames{"SuccessBeforePassing", "success_before_passing"},
         check.success_before_passing);
    read(FieldNames{"FailuresBeforeWarning", "failures_before_warning"},
         check.failures_before_warning);
    read(FieldNames{"FailuresBeforeCritical", "failures_before_critical"},
         check.failures_before_critical);
    read(FieldNames{"OutputMaxSize", "output_max_size"}, check.output_max_size);
}

template <class Reader>
void read_fields(Reader& read, ServiceAddress& address) {
    read(FieldNames{"Address", "address"}, address.address);
    read(FieldNames{"Port", "port"}, address.port);
}

template <class Reader>
void read_fields(Reader& read, WeightsDefinition& weights) {
    read(FieldNames{"Passing", "passing"}, weights.passing);
    read(FieldNames{"Warning", "warning"}, weights.warning);
}

// A block that holds one field of its owner: {"Mode": ..} of MeshGateway.
template <class T>
struct ModeBlock {
    T& mode;
};
template <class Reader, class T>
void read_fields(Reader& read, ModeBlock<T>& block) {
    read(FieldNames{"Mode", "mode"}, block.mode);
}

// An opaque JSON object kept as minified text.
struct OpaqueObject {
    std::string& json;
};

template <class Reader>
void read_fields(Reader& read, UpstreamDefinition& upstream) {
    read(FieldNames{"DestinationType", "destination_type"}, upstream.destination_type);
    read(FieldNames{"DestinationNamespace", "destination_namespace"},
         upstream.destination_namespace);
    read(FieldNames{"DestinationName", "destination_name"}, upstream.destination_name);
    read(FieldNames{"Datacenter", "datacenter"}, upstream.datacenter);
    read(FieldNames{"LocalBindAddress", "local_bind_address"}, upstream.local_bind_address);
    read(FieldNames{"LocalBindPort", "local_bind_port"}, upstream.local_bind_port);
    OpaqueObject config{upstream.config_json};
    read(FieldNames{"Config", "config"}, config);
    ModeBlock<std::string> gateway{upstream.mesh_gateway_mode};
    read(FieldNames{"MeshGateway", "mesh_gateway"}, gateway);
}

template <class Reader>
void read_fields(Reader& read, ExposePathDefinition& path) {
    read(FieldNames{"ListenerPort", "listener_port"}, path.listener_port);
    read(FieldNames{"Path", "path"}, path.path);
    read(FieldNames{"LocalPathPort", "local_path_port"}, path.local_path_port);
    read(FieldNames{"Protocol", "protocol"}, path.protocol);
    read(FieldNames{"ParsedFromCheck", {}}, path.parsed_from_check);
}

struct ExposeBlock {
    ProxyDefinition& proxy;
};
template <class Reader>
void read_fields(Reader& read, ExposeBlock& expose) {
    read(FieldNames{"Checks", "checks"}, expose.proxy.expose_checks);
    read(FieldNames{"Paths", "paths"}, expose.proxy.expose_paths);
}

template <class Reader>
void read_fields(Reader& read, ProxyDefinition& proxy) {
    read(FieldNames{"DestinationServiceName", "destination_service_name"},
         proxy.destination_service_name);
    read(FieldNames{"DestinationServiceID", "destination_service_id"},
         proxy.destination_service_id);
    read(FieldNames{"LocalServiceAddress", "local_service_address"}, proxy.local_service_address);
    read(FieldNames{"LocalServicePort", "local_service_port"}, proxy.local_service_port);
    read(FieldNames{"Mode", "mode"}, proxy.mode);
    OpaqueObject config{proxy.config_json};
    read(FieldNames{"Config", "config"}, config);
    read(FieldNames{"Upstreams", "upstreams"}, proxy.upstreams);
    ModeBlock<std::string> gateway{proxy.mesh_gateway_mode};
    read(FieldNames{"MeshGateway", "mesh_gateway"}, gateway);
    ExposeBlock expose{proxy};
    read(FieldNames{"Expose", "expose"}, expose);
}

// Connect {Native, SidecarService}; the sidecar's own definition is only noticed, not read.
struct ConnectBlock {
    ServiceDefinition& service;
};
struct PresenceOnly {
    bool& present;
};
template <class Reader>
void read_fields(Reader& read, ConnectBlock& connect) {
    read(FieldNames{"Native", "native"}, connect.service.connect_native);
    PresenceOnly sidecar{connect.service.has_sidecar_service};
    read(FieldNames{"SidecarService", "sidecar_service"}, sidecar);
}

// Check and Checks are given to the reader as (names, vector<CheckDefinition>&); Check appends one.
struct SingleCheck {
    std::vector<CheckDefinition>& checks;
};

template <class Reader>
void read_fields(Reader& read, ServiceDefinition& service) {
    read(FieldNames{"ID", "id"}, service.id);
    read(FieldNames{"Name", "name"}, service.name);
    read(FieldNames{"Kind", "kind"}, service.kind);
    read(FieldNames{"Tags", "tags"}, service.tags);
    read(FieldNames{"Address", "address"}, service.address);
    read(FieldNames{"TaggedAddresses", "tagged_addresses"}, service.tagged_addresses);
    read(FieldNames{"Meta", "meta"}, service.meta);
    read(FieldNames{"Port", "port"}, service.port);
    read(FieldNames{"EnableTagOverride", "enable_tag_override"}, service.enable_tag_override);
    read(FieldNames{"Weights", "weights"}, service.weights);
    read(FieldNames{"Proxy", "proxy"}, service.proxy);
    ConnectBlock connect{service};
    read(FieldNames{"Connect", "connect"}, connect);
    SingleCheck check{service.checks};
    read(FieldNames{"Check", "check"}, check);
    read(FieldNames{"Checks", "checks"}, service.checks);
    read(FieldNames{"Token", "token"}, service.token);
}

}  // namespace weft::agent
