#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

namespace weft::api {

struct DnsListener {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8600;
};

// Names and defaults as Consul's dns_config; TTLs in whole seconds on the wire.
struct DnsConfig {
    std::vector<DnsListener> listeners;  // each serves UDP and TCP

    std::string datacenter = "dc1";
    std::string node_name;           // of this agent, for NS glue
    std::string domain = "consul.";  // lower case, with the final dot
    std::string alt_domain;          // the same form, or empty

    Duration node_ttl{};
    std::vector<std::pair<std::string, Duration>> service_ttl;  // exact name, "prefix*" or "*"
    bool only_passing = false;
    bool enable_truncate =
        true;  // TC when records were left out; only an explicit false turns it off
    bool disable_compression = false;
    std::uint32_t udp_answer_limit = 3;
    std::uint32_t a_record_limit = 0;  // 0: none
    bool enable_additional_node_meta_txt = true;
    // Beyond Consul: nearest instances first, and so the ones that limits keep; else in random
    // order.
    bool sort_by_distance = false;

    struct Soa {
        std::uint32_t refresh = 3600;
        std::uint32_t retry = 600;
        std::uint32_t expire = 86400;
        std::uint32_t min_ttl = 0;
    } soa;

    std::vector<std::string> recursors;  // "ip" or "ip:port", port 53 by default
    bool recursors_in_random_order = false;
    Duration recursor_timeout = std::chrono::seconds(2);
    std::uint32_t max_recursor_queries = 4096;  // in flight, per worker; beyond it SERVFAIL

    std::uint32_t max_tcp_connections = 1024;
    std::uint32_t max_tcp_connections_per_client = 100;
    Duration tcp_idle_timeout = std::chrono::seconds(30);
    std::size_t answer_cache_bytes = 4 * 1024 * 1024;  // ready-made records kept, per worker

    Result<void> validate() const;
};

}  // namespace weft::api
