#include "agent/agent_flags.hpp"

#include <array>

namespace weft::agent {

namespace {

constexpr std::array kFlags = {
    AgentFlag{"node", "node_name", "NAME", "name of this node; the host's by default"},
    AgentFlag{"node-id", "node_id", "UUID",
              "id of this node; kept in the data directory by default"},
    AgentFlag{"node-meta", "node_meta", "KEY:VALUE", "metadata of this node", true},
    AgentFlag{"datacenter", "datacenter", "NAME", "name of the datacenter; dc1 by default"},
    AgentFlag{"domain", "domain", "NAME", "DNS domain; consul. by default"},
    AgentFlag{"alt-domain", "alt_domain", "NAME", "a second DNS domain"},
    AgentFlag{"data-dir", "data_dir", "FOLDER", "where the agent keeps its state"},
    AgentFlag{"server", "server", "", "keep the catalog's log, as a voter"},
    AgentFlag{"bootstrap", "bootstrap", "", "start as the only server"},
    AgentFlag{"bootstrap-expect", "bootstrap_expect", "N",
              "how many servers start together; this version takes 1"},
    AgentFlag{"bind", "bind_addr", "ADDRESS", "address for other agents"},
    AgentFlag{"advertise", "advertise_addr", "ADDRESS", "address that is told to others"},
    AgentFlag{"advertise-wan", "advertise_addr_wan", "ADDRESS", "the same, for other datacenters"},
    AgentFlag{"client", "client_addr", "ADDRESS",
              "address of the HTTP API and DNS; 127.0.0.1 by default"},
    AgentFlag{"http-port", "ports.http", "PORT", "port of the HTTP API; 8500 by default"},
    AgentFlag{"https-port", "ports.https", "PORT", "port of the HTTPS API; off by default"},
    AgentFlag{"dns-port", "ports.dns", "PORT", "port of DNS; 8600 by default"},
    AgentFlag{"server-port", "ports.server", "PORT",
              "published as the port of servers; 8300 by default"},
    AgentFlag{"serf-lan-port", "ports.serf_lan", "PORT", "port of the gossip; 8301 by default"},
    AgentFlag{"serf-lan-bind", "serf_lan", "ADDRESS",
              "address of the gossip; that of -bind by default"},
    AgentFlag{"retry-join", "retry_join", "ADDRESS", "agent to join, tried until one answers",
              true},
    AgentFlag{"retry-interval", "retry_interval", "TIME",
              "longest pause between two tries; 30s by default"},
    AgentFlag{"retry-max", "retry_max", "N",
              "tries after which the agent ends; 0, never, by default"},
    AgentFlag{"join", "start_join", "ADDRESS", "agent to join at the start, tried once", true},
    AgentFlag{"rejoin", "rejoin_after_leave", "", "join those known before, even after a leave"},
    AgentFlag{"encrypt", "encrypt", "KEY", "key of the gossip, as `weft keygen` prints it"},
    AgentFlag{"disable-keyring-file", "disable_keyring_file", "",
              "do not keep the gossip's keys on disk"},
    AgentFlag{"serf-wan-port", "ports.serf_wan", "PORT",
              "published as port of the gossip between datacenters"},
    AgentFlag{"recursor", "recursors", "ADDRESS", "DNS server that answers other domains", true},
    AgentFlag{"pid-file", "pid_file", "FILE", "file that holds the process id"},
    AgentFlag{"log-level", "log_level", "LEVEL", "trace, debug, info, warn, err"},
    AgentFlag{"log-json", "log_json", "", "log lines as JSON objects"},
    AgentFlag{"log-file", "log_file", "FILE", "write the log to this file too"},
    AgentFlag{"log-rotate-duration", "log_rotate_duration", "TIME",
              "age at which the log file is set aside"},
    AgentFlag{"log-rotate-bytes", "log_rotate_bytes", "BYTES",
              "size at which the log file is set aside"},
    AgentFlag{"log-rotate-max-files", "log_rotate_max_files", "N", "old log files to keep"},
    AgentFlag{"enable-script-checks", "enable_script_checks", "",
              "run script checks, from the API too"},
    AgentFlag{"enable-local-script-checks", "enable_local_script_checks", "",
              "run script checks of configuration files"},
    AgentFlag{"check_output_max_size", "check_output_max_size", "BYTES",
              "bound of a check's output"},
    AgentFlag{"default-query-time", "default_query_time", "TIME",
              "how long a blocking query waits"},
    AgentFlag{"allow-write-http-from", "http_config.allow_write_http_from", "CIDR",
              "network whose clients may write; everyone by default", true},
    AgentFlag{"max-query-time", "max_query_time", "TIME", "how long one may wait at most"},

    // Without effect, or of later features: the key table has the sentence.
    AgentFlag{"raft-multiplier", "performance.raft_multiplier", "N", ""},
    AgentFlag{"disable-host-node-id", "disable_host_node_id", "", ""},
    AgentFlag{"non-voting-server", "non_voting_server", "", ""},
    AgentFlag{"read-replica", "read_replica", "", ""},
    AgentFlag{"protocol", "protocol", "N", ""},
    AgentFlag{"raft-protocol", "raft_protocol", "N", ""},
    AgentFlag{"retry-interval-wan", "retry_interval_wan", "TIME", ""},
    AgentFlag{"retry-max-wan", "retry_max_wan", "N", ""},
    AgentFlag{"serf-lan-allowed-cidrs", "serf_lan_allowed_cidrs", "CIDR", "", true},
    AgentFlag{"serf-wan-allowed-cidrs", "serf_wan_allowed_cidrs", "CIDR", "", true},
    AgentFlag{"sidecar-min-port", "ports.sidecar_min_port", "PORT", ""},
    AgentFlag{"sidecar-max-port", "ports.sidecar_max_port", "PORT", ""},
    AgentFlag{"syslog", "enable_syslog", "", ""},
    AgentFlag{"ui-dir", "ui_dir", "FOLDER", ""},
    AgentFlag{"ui-content-path", "ui_content_path", "PATH", ""},
    AgentFlag{"auto-reload-config", "auto_reload_config", "", ""},
    AgentFlag{"grpc-port", "ports.grpc", "PORT", ""},
    AgentFlag{"grpc-tls-port", "ports.grpc_tls", "PORT", ""},
    AgentFlag{"join-wan", "start_join_wan", "ADDRESS", "", true},
    AgentFlag{"retry-join-wan", "retry_join_wan", "ADDRESS", "", true},
    AgentFlag{"primary-gateway", "primary_gateways", "ADDRESS", "", true},
    AgentFlag{"segment", "segment", "NAME", ""},
    AgentFlag{"serf-wan-bind", "serf_wan", "ADDRESS", ""},
    AgentFlag{"ui", "ui", "", ""},
};

}  // namespace

std::span<const AgentFlag> agent_flags() {
    return kFlags;
}

std::vector<CliFlag> agent_flag_rows() {
    std::vector<CliFlag> rows;
    for (const AgentFlag& flag : kFlags)
        rows.push_back({.name = std::string(flag.name),
                        .value = std::string(flag.value),
                        .help = std::string(flag.help),
                        .repeatable = flag.repeatable});
    return rows;
}

}  // namespace weft::agent
