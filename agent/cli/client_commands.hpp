#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// A service definition of a file, as `services register` sends it.
struct ServiceBody {
    std::string id;
    std::string json;
    std::string name = {};
};

struct ServiceFile {
    std::vector<ServiceBody> services;
    std::string remarks = {};  // lines about what else it holds, or nothing
};

// Reads the service definitions of an HCL or JSON file; handed in by main, since agent/config reads
// files. InvalidArgument for a file with mistakes: the error shows each at its place.
using ServiceFileReader = std::function<Result<ServiceFile>(const std::string& path)>;

CliCommand status_command();
CliCommand reload_command();
CliCommand leave_command();
CliCommand monitor_command();
CliCommand services_register_command(ServiceFileReader read_file);
CliCommand services_deregister_command(ServiceFileReader read_file);
CliCommand register_command();
CliCommand deregister_command();
CliCommand run_command();
CliCommand wait_command();
CliCommand maint_command();
std::vector<CliCommand> operator_commands();
std::vector<CliCommand> autopilot_commands();
std::vector<CliCommand> session_commands();
std::vector<CliCommand> query_commands();
CliCommand catalog_nodes_command();
CliCommand catalog_services_command();
CliCommand catalog_datacenters_command();
CliCommand members_command();
CliCommand rtt_command();
CliCommand reachability_command();
CliCommand join_command();
CliCommand force_leave_command();
CliCommand event_command();
CliCommand keygen_command();
CliCommand keyring_command();
CliCommand debug_command(std::string version);
std::vector<CliCommand> context_commands();
std::vector<CliCommand> kv_commands();
CliCommand lock_command();
CliCommand watch_command();

// All of them, in the order of the overview.
std::vector<CliCommand> client_commands(const ServiceFileReader& read_file);

}  // namespace weft::agent
