// Joining other agents, and gossip: keys of a later version.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kJoin =
    "this version of weft runs single servers; agents join each other in a later one";
constexpr std::string_view kGossip = "gossip comes with a later version of weft";
constexpr std::string_view kWan = "datacenters are joined in a later version of weft";

const KeyRow kRows[] = {
    refused("retry_join", Texts, kJoin),
    refused("start_join", Texts, kJoin),
    refused("retry_join_wan", Texts, kWan),
    refused("start_join_wan", Texts, kWan),
    refused("join", Texts, kJoin),
    no_effect("retry_interval", Period, kGossip),
    no_effect("retry_interval_wan", Period, kGossip),
    no_effect("retry_max", Integer, kGossip),
    no_effect("retry_max_wan", Integer, kGossip),
    no_effect("rejoin_after_leave", Bool, kGossip),
    no_effect("reconnect_timeout", Period, kGossip),
    no_effect("reconnect_timeout_wan", Period, kGossip),
    no_effect("advertise_reconnect_timeout", Period, kGossip),
    refused("encrypt", Text,
            "gossip, and with it its encryption, comes with a later version of weft")
        .secret(),
    no_effect("encrypt_verify_incoming", Bool, kGossip),
    no_effect("encrypt_verify_outgoing", Bool, kGossip),
    no_effect("disable_keyring_file", Bool, kGossip),
    no_effect("serf_lan_allowed_cidrs", Texts, kGossip),
    no_effect("serf_wan_allowed_cidrs", Texts, kGossip),
    no_effect("gossip_lan.gossip_nodes", Integer, kGossip),
    no_effect("gossip_lan.gossip_interval", Period, kGossip),
    no_effect("gossip_lan.probe_interval", Period, kGossip),
    no_effect("gossip_lan.probe_timeout", Period, kGossip),
    no_effect("gossip_lan.suspicion_mult", Integer, kGossip),
    no_effect("gossip_lan.retransmit_mult", Integer, kGossip),
    no_effect("gossip_wan.gossip_nodes", Integer, kGossip),
    no_effect("gossip_wan.gossip_interval", Period, kGossip),
    no_effect("gossip_wan.probe_interval", Period, kGossip),
    no_effect("gossip_wan.probe_timeout", Period, kGossip),
    no_effect("gossip_wan.suspicion_mult", Integer, kGossip),
    no_effect("gossip_wan.retransmit_mult", Integer, kGossip),
    no_effect("disable_coordinates", Bool, kGossip),
    no_effect("disable_remote_exec", Bool, "weft has no remote execution"),
    refused("primary_gateways", Texts, kWan),
    no_effect("primary_gateways_interval", Period, kWan),
};

}  // namespace

std::span<const KeyRow> gossip_keys() {
    return kRows;
}

}  // namespace weft::agent
