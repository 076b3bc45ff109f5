#include "agent/runtime/metric_names.hpp"

#include <algorithm>
#include <array>

namespace weft::agent {

namespace {

constexpr std::array kNames = {
    ConsulName{"process_resident_memory_bytes", "runtime.alloc_bytes", ""},
    ConsulName{"process_virtual_memory_bytes", "runtime.sys_bytes", ""},
    ConsulName{"weft_build_info", "version", "version"},
    ConsulName{"weft_catalog_nodes", "state.nodes", ""},
    ConsulName{"weft_catalog_services", "state.services", ""},
    ConsulName{"weft_catalog_service_instances", "state.service_instances", ""},
    ConsulName{"weft_catalog_keys", "state.kv_entries", ""},
    ConsulName{"weft_runtime_session_ttls", "session_ttl.active", ""},
    ConsulName{"weft_catalog_applied_index", "raft.appliedIndex", ""},
    ConsulName{"weft_http_request_seconds", "api.http", ""},
    ConsulName{"weft_http_waiting_queries", "rpc.queries_blocking", ""},
    ConsulName{"weft_http_requests_total", "client.rpc", ""},
    ConsulName{"weft_http_refused_total", "client.rpc.exceeded", ""},
    ConsulName{"weft_dns_query_seconds", "dns.domain_query", ""},
    // What one voter has written is committed.
    ConsulName{"weft_raft_driver_sync_seconds", "raft.commitTime", ""},
    ConsulName{"weft_raft_driver_proposals_total", "raft.apply", ""},
};

}  // namespace

bool ConsulName::keeps_label(std::string_view label) const {
    std::string_view rest = labels;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(' '), rest.size());
        if (rest.substr(0, end) == label) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

std::span<const ConsulName> consul_names() {
    return kNames;
}

const ConsulName* consul_name_of(std::string_view family) {
    const auto found = std::find_if(kNames.begin(), kNames.end(),
                                    [&](const ConsulName& name) { return name.family == family; });
    return found == kNames.end() ? nullptr : &*found;
}

}  // namespace weft::agent
