#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/rows.hpp"

// Services and checks as users define them: in a body of PUT /v1/agent/service/register, in a
// configuration file or with `weft services register`. Field names are in definition_fields.hpp,
// once for all readers.
namespace weft::agent {

using StringMap = std::vector<std::pair<std::string, std::string>>;  // sorted by key once validated

// Consul's rules and texts for metadata of services and nodes, without the caller's prefix.
// allow_reserved: keys that begin with "consul-" may be given.
Result<void> validate_metadata(const StringMap& meta, bool allow_reserved);

// "passing", "warning", "critical", or empty. What to say of others depends on where the check
// stands.
bool is_check_status(std::string_view status);

struct CheckDefinition {
    std::string id;
    std::string name;
    std::string notes;
    std::string service_id;
    std::string status;  // initial status; empty: critical
    std::vector<std::string> args;
    std::string http;
    std::vector<std::pair<std::string, std::vector<std::string>>> header;
    std::string method;
    std::string body;
    bool disable_redirects = false;
    std::string tcp;
    bool tcp_use_tls = false;
    std::string udp;
    std::string grpc;
    bool grpc_use_tls = false;
    std::string h2ping;
    bool h2ping_use_tls = true;
    std::string alias_node;
    std::string alias_service;
    std::string docker_container_id;
    std::string shell;
    std::string os_service;
    std::string tls_server_name;
    bool tls_skip_verify = false;
    Duration interval{};
    Duration timeout{};
    Duration ttl{};
    Duration deregister_critical_service_after{};
    std::int64_t success_before_passing = 0;
    std::int64_t failures_before_warning = 0;
    std::int64_t failures_before_critical = 0;
    std::int64_t output_max_size = 0;  // 0: the agent's check_output_max_size
    std::string token;                 // never shown, never logged

    bool operator==(const CheckDefinition&) const = default;

    // Consul's rules and texts ("TTL must be > 0 for TTL checks", ...), without the caller's
    // prefix: for a check of its own it is "Invalid check: ". The caller also sees to the name
    // ("Missing check name") and the status ("Bad check status"), before this.
    Result<void> validate() const;

    // "http", "tcp", "ttl", "script", "grpc", "alias", "docker", "udp", "h2ping", "os_service";
    // empty if none is given.
    std::string_view kind() const;
};

struct UpstreamDefinition {
    std::string destination_type;
    std::string destination_namespace;
    std::string destination_name;
    std::string datacenter;
    std::string local_bind_address;
    std::int64_t local_bind_port = 0;
    std::string config_json;
    std::string mesh_gateway_mode;
    bool operator==(const UpstreamDefinition&) const = default;
};

struct ExposePathDefinition {
    std::int64_t listener_port = 0;
    std::string path;
    std::int64_t local_path_port = 0;
    std::string protocol;
    bool parsed_from_check = false;  // Consul's own clients always say so
    bool operator==(const ExposePathDefinition&) const = default;
};

struct ProxyDefinition {
    std::string destination_service_name;
    std::string destination_service_id;
    std::string local_service_address;
    std::int64_t local_service_port = 0;
    std::string mode;
    std::string config_json;
    std::vector<UpstreamDefinition> upstreams;
    std::string mesh_gateway_mode;
    bool expose_checks = false;
    std::vector<ExposePathDefinition> expose_paths;
    bool operator==(const ProxyDefinition&) const = default;
};

struct WeightsDefinition {
    std::int64_t passing = 1;
    std::int64_t warning = 1;

    // As ServiceDefinition::validate().
    Result<void> validate() const;
    bool operator==(const WeightsDefinition&) const = default;
};

struct ServiceDefinition {
    std::string id;  // empty: the name
    std::string name;
    std::string kind;
    std::vector<std::string> tags;
    std::string address;
    std::vector<std::pair<std::string, ServiceAddress>> tagged_addresses;
    StringMap meta;
    std::int64_t port = 0;
    bool enable_tag_override = false;
    std::optional<WeightsDefinition> weights;
    std::optional<ProxyDefinition> proxy;
    bool connect_native = false;
    bool has_sidecar_service =
        false;  // connect.sidecar_service was given: a feature of a later release
    std::vector<CheckDefinition> checks;  // `check` and `checks` together
    std::string token;

    bool operator==(const ServiceDefinition&) const = default;

    // Consul's rules and whole texts, prefixes included, its checks too, and the bounds of what a
    // catalog command may hold; fills in nothing. A connect.sidecar_service is for the caller to
    // refuse.
    Result<void> validate() const;

    std::string effective_id() const { return id.empty() ? name : id; }
};

}  // namespace weft::agent
