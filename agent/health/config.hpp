#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// What the local registrations and their checks need to know of the agent.
struct HealthConfig {
    std::string node_name;
    std::string node_id;
    std::string node_address;  // advertised address; the catalog's Address of this node
    Shared<TextMap> tagged_addresses;
    Shared<TextMap> node_meta;
    std::optional<ServiceRow>
        server_service;  // the "consul" service of a server, as in its catalog; none: a client

    bool enable_remote_script_checks = false;  // enable_script_checks: from the API too
    bool enable_local_script_checks = false;   // from configuration files only
    bool discard_check_output = false;
    Duration check_update_interval = std::chrono::minutes(5);  // output without a status change
    Duration sync_interval = std::chrono::minutes(1);          // full anti-entropy, jittered
    Duration sync_retry = std::chrono::seconds(15);            // after a failed write
    Duration reap_interval = std::chrono::seconds(30);         // deregister_critical_service_after
    Duration interval_min = std::chrono::seconds(1);
    // check_output_max_size: of checks without a limit of their own, and its upper bound.
    std::int64_t output_max_bytes = 4096;

    std::uint32_t max_services = 20'000;
    std::uint32_t max_checks = 50'000;
    std::uint32_t max_running_scripts = 64;  // the others wait their turn
    std::uint32_t max_running_probes = 512;

    Result<void> validate() const;
};

}  // namespace weft::agent
