// Joining other agents, and gossip.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kWan = "datacenters are joined in a later version of weft";

const KeyRow kRows[] = {
    key("retry_join", Texts, "",
        "Agents to join, as host or host:port; tried until one answers, at once and then with "
        "growing pauses.")
        .to<&AgentConfig::gossip, &GossipConfig::retry_join>(),
    key("retry_interval", Period, "30s", "The longest pause between two tries of retry_join.")
        .to<&AgentConfig::gossip, &GossipConfig::retry_interval>(),
    key("retry_max", Integer, "0", "Tries of retry_join after which the agent ends; 0: never.")
        .at_least(0)
        .to<&AgentConfig::gossip, &GossipConfig::retry_max>(),
    key("start_join", Texts, "",
        "Agents to join at the start; the agent ends when none of them answers.")
        .to<&AgentConfig::gossip, &GossipConfig::start_join>(),
    refused("join", Texts, "write `retry_join`, or `start_join` to try only once"),
    key("rejoin_after_leave", Bool, "false",
        "Join the agents that were known before, even after this one left.")
        .to<&AgentConfig::gossip, &GossipConfig::rejoin_after_leave>(),
    key("encrypt", Text, "",
        "Key of the gossip: 16, 24 or 32 bytes in base64, the same on all agents; `weft keygen` "
        "makes one. Goes into the keyring at the first start.")
        .secret()
        .to<&AgentConfig::gossip, &GossipConfig::encrypt>(),
    key("encrypt_verify_incoming", Bool, "true",
        "Drop gossip that is not encrypted; false while a ring is being encrypted, and the last to "
        "become true again.")
        .to<&AgentConfig::gossip, &GossipConfig::encrypt_verify_incoming>(),
    key("encrypt_verify_outgoing", Bool, "true",
        "Encrypt what is sent; false while a ring is being encrypted, until all agents have the "
        "key.")
        .to<&AgentConfig::gossip, &GossipConfig::encrypt_verify_outgoing>(),
    key("disable_keyring_file", Bool, "false", "Do not keep the gossip's keys in data_dir.")
        .to<&AgentConfig::gossip, &GossipConfig::disable_keyring_file>(),
    key("reconnect_timeout", Period, "72h",
        "How long a failed agent is remembered and tried again; at least 8h.")
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::reconnect_timeout>(),
    refused("advertise_reconnect_timeout", Period,
            "this version tells others no time of its own; set `reconnect_timeout` on all agents"),
    refused("serf_lan_allowed_cidrs", Texts,
            "this version does not filter members by address; use `encrypt`, or a packet filter"),
    key("gossip_lan.gossip_nodes", Integer, "3", "Members that hear news from here at a time.")
        .range(1, 100)
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::gossip_nodes>(),
    key("gossip_lan.gossip_interval", Period, "200ms", "Time between two such rounds.")
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::gossip_interval>(),
    key("gossip_lan.probe_interval", Period, "1s", "Time between two probes of a member.")
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::probe_interval>(),
    key("gossip_lan.probe_timeout", Period, "500ms",
        "How long a probe may take before others are asked to probe too; not above probe_interval.")
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::probe_timeout>(),
    key("gossip_lan.suspicion_mult", Integer, "4",
        "How long a suspected member may defend itself, in probe intervals by the ring's size.")
        .range(1, 100)
        .to<&AgentConfig::gossip, &GossipConfig::node, &gossip::NodeConfig::suspicion_multiplier>(),
    key("gossip_lan.retransmit_mult", Integer, "4",
        "How often a piece of news is sent, by the ring's size.")
        .range(1, 100)
        .to<&AgentConfig::gossip, &GossipConfig::node,
            &gossip::NodeConfig::retransmit_multiplier>(),
    refused("retry_join_wan", Texts, kWan),
    refused("start_join_wan", Texts, kWan),
    no_effect("retry_interval_wan", Period, kWan),
    no_effect("retry_max_wan", Integer, kWan),
    no_effect("reconnect_timeout_wan", Period, kWan),
    no_effect("serf_wan_allowed_cidrs", Texts, kWan),
    no_effect("gossip_wan.gossip_nodes", Integer, kWan),
    no_effect("gossip_wan.gossip_interval", Period, kWan),
    no_effect("gossip_wan.probe_interval", Period, kWan),
    no_effect("gossip_wan.probe_timeout", Period, kWan),
    no_effect("gossip_wan.suspicion_mult", Integer, kWan),
    no_effect("gossip_wan.retransmit_mult", Integer, kWan),
    no_effect("disable_coordinates", Bool, "weft always measures distances between agents"),
    no_effect("disable_remote_exec", Bool, "weft has no remote execution"),
    refused("primary_gateways", Texts, kWan),
    no_effect("primary_gateways_interval", Period, kWan),
};

}  // namespace

std::span<const KeyRow> gossip_keys() {
    return kRows;
}

}  // namespace weft::agent
