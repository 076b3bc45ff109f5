#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/config/gossip_config.hpp"
#include "agent/config/watch_definition.hpp"
#include "agent/health/config.hpp"
#include "api/dns/config.hpp"
#include "api/http/config.hpp"
#include "api/http/request_limits.hpp"

namespace weft::agent {

// Where a value came from, for messages: "conf.d/10-base.hcl:3", "-http-port", "default".
struct ValueOrigin {
    std::string name;
    std::uint32_t line = 0;  // 0: not from a file

    bool operator==(const ValueOrigin&) const = default;
    std::string text() const { return line == 0 ? name : name + ":" + std::to_string(line); }
};

// Ports as configured; -1 turns a listener off.
struct PortsConfig {
    std::int32_t dns = 8600;
    std::int32_t http = 8500;
    std::int32_t https = -1;
    std::int32_t serf_lan = 8301;
    std::int32_t serf_wan = 8302;
    std::int32_t server = 8300;
    bool operator==(const PortsConfig&) const = default;
};

// One set of certificate keys: tls.defaults, tls.https, or the flat keys of before 1.12.
struct TlsKeys {
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
    std::optional<bool> verify_incoming;
    bool operator==(const TlsKeys&) const = default;
};

struct TelemetryConfig {
    Duration prometheus_retention_time{};
    bool disable_hostname = false;
    std::string metrics_prefix = "consul";
    std::vector<std::string> prefix_filter;
    bool filter_default = true;
    bool operator==(const TelemetryConfig&) const = default;
};

struct ServiceEntry {
    ServiceDefinition definition;
    ValueOrigin origin;
};

struct CheckEntry {
    CheckDefinition definition;
    ValueOrigin origin;
};

struct WatchEntry {
    WatchDefinition definition;
    ValueOrigin origin;
};

// A configuration entry that is written at the start where the catalog has none of its kind and
// name.
struct BootstrapEntry {
    std::string kind;
    std::string name;
    std::string body;  // in stored form; valid
    ValueOrigin origin;
};

// Everything that the agent is told at birth. Raw keys keep the text of the user; http, dns,
// health and gossip are what the folders of those names take, computed from the raw keys by
// resolve().
struct AgentConfig {
    // Identity.
    std::string node_name;  // the host's name by default
    std::string node_id;    // empty: kept in data_dir, made at the first start
    StringMap node_meta;
    std::string datacenter = "dc1";  // lower case
    std::string primary_datacenter;
    std::string domain = "consul.";
    std::string alt_domain;
    std::string data_dir;  // empty in dev mode: nothing is written
    bool dev_mode = false;
    bool server = true;
    bool bootstrap = false;
    std::int64_t bootstrap_expect = 0;

    // Addresses, resolved: no templates are left, advertise_addr is never unspecified.
    std::string bind_addr = "0.0.0.0";
    std::vector<std::string> client_addrs;  // client_addr may name several, separated by spaces
    std::string advertise_addr;
    std::string advertise_addr_wan;
    std::string advertise_addr_ipv4;
    std::string advertise_addr_ipv6;
    std::string advertise_addr_wan_ipv4;
    std::string advertise_addr_wan_ipv6;
    std::vector<std::string> addresses_dns;
    std::vector<std::string> addresses_http;  // may be unix://path
    std::vector<std::string> addresses_https;
    PortsConfig ports;

    // Life of the process.
    std::optional<bool> leave_on_terminate;       // by default false on servers, true elsewhere
    std::optional<bool> skip_leave_on_interrupt;  // by default true on servers, false elsewhere
    std::string pid_file;

    // Logs.
    std::string log_level = "INFO";
    bool log_json = false;
    std::string log_file;
    Duration log_rotate_duration = std::chrono::hours(24);
    std::int64_t log_rotate_bytes = 0;
    std::int64_t log_rotate_max_files = 0;

    // Storage.
    std::int64_t raft_trailing_logs = 10240;

    TlsKeys tls_defaults;
    TlsKeys tls_https;
    TelemetryConfig telemetry;

    std::vector<ServiceEntry> services;
    std::vector<CheckEntry> checks;
    std::vector<BootstrapEntry> bootstrap_entries;
    std::vector<WatchEntry> watches;

    // What the folders take. Addresses and node identity are filled in as far as the configuration
    // knows them.
    api::HttpConfig http;
    api::RequestLimits requests;
    api::DnsConfig dns;
    HealthConfig health;
    GossipConfig gossip;

    // Every key that was set, with its effective value as text (secrets hidden) and its place: for
    // `config show`, messages and the reload plan. Sorted by key.
    struct SetKey {
        std::string key;
        std::string value;  // canonical; secrets as a digest
        ValueOrigin origin;
    };
    std::vector<SetKey> set_keys;

    bool leaves_on_terminate() const { return leave_on_terminate.value_or(!server); }
    bool leaves_on_interrupt() const { return !skip_leave_on_interrupt.value_or(server); }
};

}  // namespace weft::agent
