#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "agent/config_entry/entry_kind.hpp"
#include "agent/config_entry/entry_parts.hpp"

// service-defaults and proxy-defaults.
namespace weft::agent {

struct UpstreamLimits {
    std::optional<std::int64_t> max_connections;
    std::optional<std::int64_t> max_pending_requests;
    std::optional<std::int64_t> max_concurrent_requests;
    bool operator==(const UpstreamLimits&) const = default;
};

struct PassiveHealthCheck {
    Duration interval{};
    std::int64_t max_failures = 0;
    std::optional<std::int64_t> enforcing_consecutive_5xx;  // percent
    std::optional<std::int64_t> max_ejection_percent;
    std::optional<Duration> base_ejection_time;
    bool operator==(const PassiveHealthCheck&) const = default;
};

struct UpstreamSettings {
    std::string name;  // of the upstream, in overrides
    std::string protocol;
    std::int64_t connect_timeout_ms = 0;
    std::optional<UpstreamLimits> limits;
    std::optional<PassiveHealthCheck> passive_health_check;
    MeshGatewaySettings mesh_gateway;
    std::string balance_outbound_connections;
    bool operator==(const UpstreamSettings&) const = default;
};

struct UpstreamConfiguration {
    std::vector<UpstreamSettings> overrides;
    std::optional<UpstreamSettings> defaults;
    bool operator==(const UpstreamConfiguration&) const = default;
};

struct ExternalDestination {
    std::vector<std::string> addresses;
    std::int64_t port = 0;
    bool operator==(const ExternalDestination&) const = default;
};

struct ServiceDefaults {
    static constexpr EntryKind kKind = EntryKind::ServiceDefaults;
    std::string name;
    std::string protocol;  // empty: that of proxy-defaults, or tcp
    std::string mode;      // "", "direct", "transparent"
    TransparentProxySettings transparent_proxy;
    std::string mutual_tls_mode;  // "", "strict", "permissive"
    MeshGatewaySettings mesh_gateway;
    ExposeSettings expose;
    std::string external_sni;
    std::optional<UpstreamConfiguration> upstream_config;
    std::optional<ExternalDestination> destination;
    std::int64_t max_inbound_connections = 0;
    std::int64_t local_connect_timeout_ms = 0;
    std::int64_t local_request_timeout_ms = 0;
    std::string balance_inbound_connections;
    std::int64_t max_request_headers_kb = 0;
    std::vector<OpaqueJson> envoy_extensions;  // none may be given
    TextByName meta;
    bool operator==(const ServiceDefaults&) const = default;
};

struct AccessLogSettings {
    bool enabled = false;
    bool disable_listener_logs = false;
    std::string type;  // "", "stdout", "stderr", "file"
    std::string path;
    std::string json_format;
    std::string text_format;
    bool operator==(const AccessLogSettings&) const = default;
};

struct ProxyDefaults {
    static constexpr EntryKind kKind = EntryKind::ProxyDefaults;
    std::string name;
    OpaqueJson config;
    std::string mode;
    TransparentProxySettings transparent_proxy;
    std::string mutual_tls_mode;
    MeshGatewaySettings mesh_gateway;
    ExposeSettings expose;
    AccessLogSettings access_logs;
    std::vector<OpaqueJson> envoy_extensions;  // none may be given
    TextByName meta;
    bool operator==(const ProxyDefaults&) const = default;
};

// ---- names of the fields

template <class Visitor, MaybeConstOf<UpstreamLimits> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"MaxConnections", "max_connections"}, part.max_connections);
    visit(EntryField{"MaxPendingRequests", "max_pending_requests"}, part.max_pending_requests);
    visit(EntryField{"MaxConcurrentRequests", "max_concurrent_requests"},
          part.max_concurrent_requests);
}

template <class Visitor, MaybeConstOf<PassiveHealthCheck> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Interval", "interval"}, part.interval);
    visit(EntryField{"MaxFailures", "max_failures"}, part.max_failures);
    visit(EntryField{"EnforcingConsecutive5xx", "enforcing_consecutive_5xx"},
          part.enforcing_consecutive_5xx);
    visit(EntryField{"MaxEjectionPercent", "max_ejection_percent"}, part.max_ejection_percent);
    visit(EntryField{"BaseEjectionTime", "base_ejection_time"}, part.base_ejection_time);
}

template <class Visitor, MaybeConstOf<UpstreamSettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"Protocol", "protocol"}, part.protocol);
    visit(EntryField{"ConnectTimeoutMs", "connect_timeout_ms"}, part.connect_timeout_ms);
    visit(EntryField{"Limits", "limits"}, part.limits);
    visit(EntryField{"PassiveHealthCheck", "passive_health_check"}, part.passive_health_check);
    visit.always(EntryField{"MeshGateway", "mesh_gateway"}, part.mesh_gateway);
    visit(EntryField{"BalanceOutboundConnections", "balance_outbound_connections"},
          part.balance_outbound_connections);
}

template <class Visitor, MaybeConstOf<UpstreamConfiguration> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Overrides", "overrides"}, part.overrides);
    visit(EntryField{"Defaults", "defaults"}, part.defaults);
}

template <class Visitor, MaybeConstOf<ExternalDestination> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Addresses", "addresses"}, part.addresses);
    visit(EntryField{"Port", "port"}, part.port);
}

template <class Visitor, MaybeConstOf<ServiceDefaults> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Protocol", "protocol"}, part.protocol);
    visit(EntryField{"Mode", "mode"}, part.mode);
    visit(EntryField{"TransparentProxy", "transparent_proxy"}, part.transparent_proxy);
    visit(EntryField{"MutualTLSMode", "mutual_tls_mode"}, part.mutual_tls_mode);
    visit.always(EntryField{"MeshGateway", "mesh_gateway"}, part.mesh_gateway);
    visit.always(EntryField{"Expose", "expose"}, part.expose);
    visit(EntryField{"ExternalSNI", "external_sni"}, part.external_sni);
    visit(EntryField{"UpstreamConfig", "upstream_config"}, part.upstream_config);
    visit(EntryField{"Destination", "destination"}, part.destination);
    visit(EntryField{"MaxInboundConnections", "max_inbound_connections"},
          part.max_inbound_connections);
    visit(EntryField{"LocalConnectTimeoutMs", "local_connect_timeout_ms"},
          part.local_connect_timeout_ms);
    visit(EntryField{"LocalRequestTimeoutMs", "local_request_timeout_ms"},
          part.local_request_timeout_ms);
    visit(EntryField{"BalanceInboundConnections", "balance_inbound_connections"},
          part.balance_inbound_connections);
    visit(EntryField{"MaxRequestHeadersKB", "max_request_headers_kb"}, part.max_request_headers_kb);
    visit(EntryField{"EnvoyExtensions", "envoy_extensions"}, part.envoy_extensions);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<AccessLogSettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Enabled", "enabled"}, part.enabled);
    visit(EntryField{"DisableListenerLogs", "disable_listener_logs"}, part.disable_listener_logs);
    visit(EntryField{"Type", "type"}, part.type);
    visit(EntryField{"Path", "path"}, part.path);
    visit(EntryField{"JSONFormat", "json_format"}, part.json_format);
    visit(EntryField{"TextFormat", "text_format"}, part.text_format);
}

template <class Visitor, MaybeConstOf<ProxyDefaults> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Config", "config"}, part.config);
    visit(EntryField{"Mode", "mode"}, part.mode);
    visit(EntryField{"TransparentProxy", "transparent_proxy"}, part.transparent_proxy);
    visit(EntryField{"MutualTLSMode", "mutual_tls_mode"}, part.mutual_tls_mode);
    visit.always(EntryField{"MeshGateway", "mesh_gateway"}, part.mesh_gateway);
    visit.always(EntryField{"Expose", "expose"}, part.expose);
    visit(EntryField{"AccessLogs", "access_logs"}, part.access_logs);
    visit(EntryField{"EnvoyExtensions", "envoy_extensions"}, part.envoy_extensions);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

}  // namespace weft::agent
