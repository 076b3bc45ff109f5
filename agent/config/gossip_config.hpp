#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "gossip/core/node_config.hpp"

namespace weft::agent {

// How the agent gossips with those of its datacenter. What the protocol itself is told stands in
// node; Consul's values where they differ from Serf's.
struct GossipConfig {
    GossipConfig() {
        node.versions = {1, 5, 2, 2, 5, 4};
        node.reconnect_timeout = std::chrono::hours(72);
        node.reclaim_after = std::chrono::seconds(30);
        node.resolves_conflicts = false;  // the first holder of a name keeps it
    }

    // Where it listens, over UDP and TCP: serf_lan, else bind_addr. No port: it does not gossip; 0,
    // which no configuration gives: a free one.
    std::string bind_addr;
    std::optional<std::uint16_t> port = 8301;

    // Nothing said what to advertise and all addresses are listened on: AgentConfig::advertise_addr
    // is a guess, to be replaced (set_advertised) by the address of the route to an agent that is
    // joined.
    bool advertises_by_route = false;

    // Whom to join: "host", "host:port", "ip", "[ip6]:port"; port 8301 unless given.
    std::vector<std::string> start_join;                 // once, or the agent ends
    std::vector<std::string> retry_join;                 // until one answers
    Duration retry_interval = std::chrono::seconds(30);  // the longest pause; the first are short
    std::int64_t retry_max = 0;                          // the agent ends after; 0: never
    bool rejoin_after_leave = false;

    // Encryption: a key of 16, 24 or 32 bytes in base64. Empty: the keyring file, if there is one.
    std::string encrypt;
    // false while it is rolled out: plain text is taken, too; and sent.
    bool encrypt_verify_incoming = true;
    bool encrypt_verify_outgoing = true;
    bool disable_keyring_file = false;  // keys are not kept in data_dir

    // name is filled in by resolve(); advertise, meta, incarnation and clocks when the agent
    // starts, and until then it is not valid as a whole.
    gossip::NodeConfig node;
};

}  // namespace weft::agent
