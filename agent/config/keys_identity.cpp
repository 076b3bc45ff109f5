// Who this agent is, and where it keeps its data.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kSegments =
    "all agents of a datacenter are in one ring: it has no segments";
constexpr std::string_view kAudit = "weft has no audit sinks";
constexpr std::string_view kVoters = "each server of this version keeps its catalog alone";

const KeyRow kRows[] = {
    key("node_name", Text, "the host's name",
        "Name of this node in the catalog; unique in the datacenter.")
        .to<&AgentConfig::node_name>(),
    key("node_id", Text, "made at the first start and kept in data_dir", "UUID of this node.")
        .to<&AgentConfig::node_id>(),
    key("node_meta", TextPairs, "none",
        "Key-value pairs that are published with the node; at most 64.")
        .now()
        .to<&AgentConfig::node_meta>(),
    key("datacenter", Text, "dc1", "Name of the datacenter; lower-case letters, digits, - and _.")
        .to<&AgentConfig::datacenter>(),
    key("primary_datacenter", Text, "",
        "The datacenter that owns intentions and tokens; shown in the agent's answers.")
        .to<&AgentConfig::primary_datacenter>(),
    key("domain", Text, "consul.", "The DNS domain that is answered.").to<&AgentConfig::domain>(),
    key("alt_domain", Text, "", "A second DNS domain, answered like domain.")
        .to<&AgentConfig::alt_domain>(),
    key("data_dir", Text, "",
        "Folder for everything that must survive a restart; needed unless in dev mode.")
        .to<&AgentConfig::data_dir>(),
    key("server", Bool, "true", "Whether this agent keeps the catalog.").to<&AgentConfig::server>(),
    key("bootstrap", Bool, "false", "Start alone, as the only server.")
        .to<&AgentConfig::bootstrap>(),
    key("bootstrap_expect", Integer, "0", "How many servers start together; this version takes 1.")
        .at_least(0)
        .to<&AgentConfig::bootstrap_expect>(),
    refused("segment", Text, kSegments),
    refused("segments", Anything, kSegments),
    refused("partition", Text, "partitions are not part of weft").off("default"),
    refused("license_path", Text, "weft needs no license"),
    refused("audit.enabled", Bool, kAudit),
    no_effect("audit.sink", Anything, kAudit),
    refused("locality", Anything, "localities come with a later version of weft"),
    no_effect("non_voting_server", Bool, kVoters),
    no_effect("read_replica", Bool, kVoters),
    no_effect("disable_host_node_id", Bool, "node ids are random, never taken from the hardware"),
    no_effect("disable_update_check", Bool, "weft never asks for updates"),
    no_effect("disable_anonymous_signature", Bool, "weft never asks for updates"),
    no_effect("snapshot_agent", Anything, "read by another program"),
};

}  // namespace

std::span<const KeyRow> identity_keys() {
    return kRows;
}

}  // namespace weft::agent
