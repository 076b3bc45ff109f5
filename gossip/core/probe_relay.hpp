#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/time.hpp"
#include "gossip/core/detector_output.hpp"
#include "gossip/core/ids.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/peer_times.hpp"
#include "gossip/core/probe.hpp"

namespace weft::gossip {

// Looks at members for others who got no answer (SWIM: indirect probes; Lifeguard: nacks). Tells
// them that it got one, or none; and those who ask for it, whether the host is there at all.
class ProbeRelay {
public:
    // All outlive it.
    ProbeRelay(const NodeConfig& config, const Membership& membership, const PeerTimes& times,
               Ids& ids)
        : config_(config), membership_(membership), times_(times), ids_(ids) {}

    // Of one agent, by the address that it sends from, some at a time: it must not be all of them.
    void handle(const IndirectPing& request, const Endpoint& from, Instant now,
                DetectorOutput& out);
    // False when that is no sequence of a relayed ping.
    bool handle(const Ack& ack, DetectorOutput& out);
    void port_unreachable(const Endpoint& at, DetectorOutput& out);

    bool owns(DialId id) const { return dials_.contains(id); }
    void dial_opened(DialId id);
    void dial_ended(DialId id, std::optional<DialFailure> failure, DetectorOutput& out);

    // This agent was away for so long: answers may be waiting.
    void postpone(Duration by);
    void tick(Instant now, DetectorOutput& out);
    Instant next_deadline() const;

    // Names of members that were looked at in vain since the last call: this agent can bear
    // witness.
    std::vector<std::string> take_witnessed() { return std::exchange(witnessed_, {}); }

    std::size_t size() const { return relays_.size(); }

private:
    struct Relay {
        Endpoint from;
        Endpoint requester;          // to whom the answer goes
        std::uint32_t sequence = 0;  // the requester's
        Endpoint target;
        std::string node;
        bool wants_nack = false;
        bool is_nacked = false;
        bool is_refused_udp = false;
        std::optional<DialId> dial;
        StreamSight stream = StreamSight::Waiting;
        Instant nack_at{};
        Instant end{};
    };
    using Relays = std::map<std::uint32_t, Relay>;  // by our sequence

    void nack(Relay& relay, DetectorOutput& out);
    void forget(Relays::iterator relay);

    const NodeConfig& config_;
    const Membership& membership_;
    const PeerTimes& times_;
    Ids& ids_;
    Relays relays_;
    std::map<Endpoint, std::size_t> under_way_;  // relays of each that asked
    std::map<DialId, std::uint32_t> dials_;
    std::vector<std::string> witnessed_;
};

}  // namespace weft::gossip
