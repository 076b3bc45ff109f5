#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

namespace weft::api {

// Where the HTTP API listens. A path makes it a unix socket (address and port unused).
struct HttpListener {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8500;
    std::string unix_path;
    bool tls = false;
};

struct HttpTlsFiles {
    std::string cert_file;
    std::string key_file;
    std::string ca_file;
    bool verify_incoming = false;  // clients must present a certificate signed by ca_file
};

struct HttpConfig {
    std::vector<HttpListener> listeners;
    HttpTlsFiles tls;

    bool pretty_by_default = false;  // dev mode indents, as Consul's does
    std::vector<std::pair<std::string, std::string>>
        response_headers;  // http_config.response_headers
    std::vector<std::string>
        block_endpoints;  // http_config.block_endpoints: prefixes answered with 403
    std::vector<std::string>
        allow_write_cidrs;  // http_config.allow_write_http_from; empty: everyone

    std::uint32_t max_connections_per_client = 200;  // limits.http_max_conns_per_client
    std::uint32_t max_connections = 16'384;          // of all clients, per agent
    std::uint32_t max_waiting_queries = 16'384;      // blocking queries at once, per worker
    std::size_t max_body_bytes = 512 * 1024;
    std::size_t max_snapshot_bytes = std::size_t{256} << 20;  // limits.snapshot_max_bytes
    std::size_t max_header_bytes = 64 * 1024;
    Duration header_timeout = std::chrono::seconds(30);  // to read a request once begun
    Duration idle_timeout = std::chrono::minutes(10);    // kept-alive connection without a request
    Duration write_timeout = std::chrono::seconds(60);   // without progress on an answer

    Duration default_query_time = std::chrono::seconds(300);
    Duration max_query_time = std::chrono::seconds(600);
    Duration discovery_max_stale{};

    std::string unix_socket_mode;   // octal text, empty: as created
    std::string unix_socket_user;   // numeric uid or empty
    std::string unix_socket_group;  // numeric gid or empty

    // Rendered answers kept, per worker. As much again for one large answer, of above a quarter of
    // it.
    std::size_t answer_cache_bytes = 8 * 1024 * 1024;

    Result<void> validate() const;
};

}  // namespace weft::api
