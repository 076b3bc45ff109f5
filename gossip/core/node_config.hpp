#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/description.hpp"

namespace weft::gossip {

// Defaults are memberlist's and Serf's for a LAN (protocols: defaults); set_*() have the others.
struct NodeConfig {
    std::string name;  // of this agent, unique in the ring
    Endpoint advertise;
    std::string meta;  // its tags: see encode_tags()
    Versions versions{1, 5, 2, 2, 5, 5};
    std::uint32_t incarnation = 1;  // above all that were used before
    // A tag that has one value in the whole ring, as Consul's "dc": whoever has another one, and
    // every view of the ring with such a member, is refused. Members without it are taken. Empty:
    // none.
    std::string ring_tag;
    std::string ring_tag_value;

    // ---- failure detection
    Duration probe_interval = std::chrono::seconds(1);
    Duration probe_timeout = std::chrono::milliseconds(500);
    int indirect_checks = 3;
    int awareness_max_multiplier = 8;
    int suspicion_multiplier = 4;
    int suspicion_max_multiplier = 6;

    // ---- dissemination
    Duration gossip_interval = std::chrono::milliseconds(200);
    int gossip_nodes = 3;
    // How long the dead still get gossip, so that one who only seems dead can refute.
    Duration gossip_to_the_dead = std::chrono::seconds(30);
    int retransmit_multiplier = 4;
    std::size_t packet_bytes = 1400;
    std::size_t label_bytes = 0;   // of the ring's label
    std::size_t queue_max = 4096;  // broadcasts waiting, each of Serf's kinds

    // ---- anti-entropy
    Duration push_pull_interval = std::chrono::seconds(30);  // zero: only when joining
    Duration stream_timeout = std::chrono::seconds(10);

    // ---- members
    // After which a dead member's name may come back at another address; zero: never.
    Duration reclaim_after{};
    std::size_t members_max = 65'536;
    Duration reconnect_interval = std::chrono::seconds(30);
    Duration reconnect_timeout = std::chrono::hours(24);
    Duration tombstone_timeout = std::chrono::hours(24);
    Duration intent_timeout = std::chrono::minutes(5);
    Duration reap_interval = std::chrono::seconds(15);

    // ---- events and queries
    std::size_t event_buffer = 512;
    std::size_t event_bytes_max = 512;
    std::size_t query_bytes_max = 1024;
    std::size_t answer_bytes_max = 1024;
    std::size_t queries_max = 64;  // of this agent, under way
    // Not delivered: what is older (from a snapshot).
    std::uint64_t event_time_min = 0;
    std::uint64_t query_time_min = 0;
    std::uint64_t member_clock = 1;

    // ---- leaving
    Duration broadcast_timeout = std::chrono::seconds(5);

    // Ask the ring whose name it is, and stop when it is another's.
    bool resolves_conflicts = true;

    Result<void> validate() const;
};

void set_wan(NodeConfig& config);
void set_local(NodeConfig& config);

}  // namespace weft::gossip
