// Services, checks, and how checks run.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

const KeyRow kRows[] = {
    key("service", Definitions, "none", "One service of this node.").now(),
    key("services", Definitions, "none", "Services of this node.").now(),
    key("check", Definitions, "none", "One check of this node, or of a service by service_id.")
        .now(),
    key("checks", Definitions, "none", "Checks of this node, or of services by service_id.").now(),
    key("enable_script_checks", Bool, "false",
        "Let anyone who can reach the API run commands here.")
        .to<&AgentConfig::health, &HealthConfig::enable_remote_script_checks>(),
    key("enable_local_script_checks", Bool, "false",
        "Run script checks that stand in configuration files.")
        .to<&AgentConfig::health, &HealthConfig::enable_local_script_checks>(),
    key("discard_check_output", Bool, "false",
        "Keep only the status of checks, not what they print.")
        .now()
        .to<&AgentConfig::health, &HealthConfig::discard_check_output>(),
    key("check_update_interval", Period, "5m0s",
        "How long a new output may wait for its way to the catalog.")
        .to<&AgentConfig::health, &HealthConfig::check_update_interval>(),
    key("check_output_max_size", Integer, "4096", "Most bytes that are kept of a check's output.")
        .range(1, 1024.0 * 1024)
        .to<&AgentConfig::health, &HealthConfig::output_max_bytes>(),
    key("watches", Definitions, "none",
        "Views of the catalog or the keys, and the program or URL that each change is handed to; "
        "as the command `watch`. They run whatever enable_script_checks says.")
        .now(),
    key("config_entries.bootstrap", Definitions, "none",
        "Configuration entries that are written when the agent starts, each where the catalog has "
        "none of its kind and name.")
        .now(),
};

}  // namespace

std::span<const KeyRow> health_keys() {
    return kRows;
}

}  // namespace weft::agent
