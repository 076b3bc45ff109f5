// The log, snapshots, and what only several servers need.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kSingle = "each server of this version keeps its catalog alone";
constexpr std::string_view kAutopilot =
    "the API alone changes these settings, and no server of this version acts on them";
constexpr std::string_view kCheckpoint =
    "the catalog is written to its checkpoint 2 s after a change";

const KeyRow kRows[] = {
    no_effect("performance.raft_multiplier", Integer, kSingle),
    no_effect("performance.leave_drain_time", Period, kSingle),
    no_effect("performance.rpc_hold_timeout", Period, kSingle),
    no_effect("performance.grpc_keepalive_interval", Period, kSingle),
    no_effect("performance.grpc_keepalive_timeout", Period, kSingle),
    no_effect("raft_snapshot_threshold", Integer, kCheckpoint),
    no_effect("raft_snapshot_interval", Period, kCheckpoint),
    key("raft_trailing_logs", Integer, "10240", "Log entries that are kept behind a checkpoint.")
        .at_least(1)
        .to<&AgentConfig::raft_trailing_logs>(),
    no_effect("raft_protocol", Integer, "weft has one version of its protocol"),
    no_effect("raft_logstore", Anything, "weft keeps its log in RocksDB"),
    no_effect("protocol", Integer, "weft has one version of its protocol"),
    no_effect("server_rejoin_age_max", Period, kSingle),
    no_effect("autopilot.cleanup_dead_servers", Bool, kAutopilot),
    no_effect("autopilot.last_contact_threshold", Period, kAutopilot),
    no_effect("autopilot.max_trailing_logs", Integer, kAutopilot),
    no_effect("autopilot.min_quorum", Integer, kAutopilot),
    no_effect("autopilot.server_stabilization_time", Period, kAutopilot),
    no_effect("autopilot.disable_upgrade_migration", Bool, kAutopilot),
    no_effect("autopilot.redundancy_zone_tag", Text, kAutopilot),
    no_effect("autopilot.upgrade_version_tag", Text, kAutopilot),
    no_effect("cache", Anything, "answers always come from this agent's own catalog"),
    no_effect("use_streaming_backend", Bool, "answers always come from this agent's own catalog"),
    no_effect("rpc", Anything, kSingle),
    no_effect("enable_central_service_config", Bool,
              "only sidecars take settings from config entries, and they come with the mesh"),
};

}  // namespace

std::span<const KeyRow> storage_keys() {
    return kRows;
}

}  // namespace weft::agent
