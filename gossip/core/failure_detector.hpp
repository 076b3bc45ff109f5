#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/accusations.hpp"
#include "gossip/core/awareness.hpp"
#include "gossip/core/counters.hpp"
#include "gossip/core/detector_output.hpp"
#include "gossip/core/ids.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/peer_times.hpp"
#include "gossip/core/probe.hpp"
#include "gossip/core/probe_relay.hpp"
#include "gossip/core/probe_schedule.hpp"

namespace weft::gossip {

// Finds out who does not answer any more (SWIM, section 4; Lifeguard; protocols: failure detector),
// and accuses them.
//
// Better than memberlist, and invisible to it: each member has one agent that looks at it in every
// interval (ProbeSchedule); answers are awaited for a multiple of what they take instead of half a
// second (PeerTimes); helpers that got no answer accuse, too; and see Accusations.
class FailureDetector {
public:
    // All outlive it. The first probe comes within an interval.
    FailureDetector(const NodeConfig& config, Membership& membership, PeerTimes& times, Ids& ids,
                    Rng& rng, Counters& counters, Instant now);

    // ---- from the network

    void handle(const IndirectPing& request, const Endpoint& from, Instant now,
                DetectorOutput& out);
    void handle(const Ack& ack, Instant now, DetectorOutput& out);
    void handle(const Nack& nack, Instant now, DetectorOutput& out);
    void port_unreachable(const Endpoint& at, Instant now, DetectorOutput& out);

    // Of dials that it asked for; others are not its own.
    bool owns(DialId id) const;
    void dial_opened(DialId id);
    void dial_answered(DialId id, const Ack& ack, Instant now, DetectorOutput& out);
    void dial_failed(DialId id, DialFailure failure, Instant now, DetectorOutput& out);

    // ---- from this agent

    void member_joined(MemberId id) { schedule_.add(id); }
    void member_forgotten(MemberId id);
    void refuted() { awareness_.refuted(); }
    // The agent ran that much later than it wanted: answers may be waiting unread.
    void was_late(Duration by, Instant now);

    void tick(Instant now, DetectorOutput& out);
    Instant next_deadline() const;

    // The next alive one on the ring: what it misses of the gossip, nobody else would notice.
    std::optional<MemberId> successor();
    // To whom news goes first, so that nobody depends on chance alone: the successor and, where it
    // is a stranger, who hands nothing on, those behind it up to the next agent of weft.
    std::vector<MemberId> heirs();

    int health_score() const { return awareness_.score(); }
    std::size_t probes_under_way() const { return probes_.size(); }

private:
    using Probes = std::map<std::uint32_t, Probe>;  // by sequence

    void probe(MemberId id, Instant now, DetectorOutput& out);
    void probe_next(Instant now, DetectorOutput& out);
    void probe_successors(Instant now, DetectorOutput& out);
    const std::vector<MemberId>& successors();
    void ask_helpers(Probe& probe, Instant now, DetectorOutput& out);
    std::vector<MemberId> helpers(const Probe& probe) const;
    Duration patience(const Probe& probe) const;

    void conclude(Probes::iterator at, Instant now, DetectorOutput& out);
    void failed(const Probe& probe, Instant now, DetectorOutput& out);
    void bear_witness(Instant now, DetectorOutput& out);

    const NodeConfig& config_;
    Membership& membership_;
    PeerTimes& times_;
    Ids& ids_;
    Rng& rng_;
    Counters& counters_;
    Awareness awareness_;
    ProbeSchedule schedule_;
    ProbeRelay relay_;
    Accusations accusations_;

    Probes probes_;
    std::map<DialId, std::uint32_t> dials_;  // the sequence of their probe
    std::vector<MemberId> successors_;
    std::uint64_t successors_of_ = 0;  // Membership::changes() when they were looked for
    std::set<MemberId> unsupported_;   // whose last probe failed, with no second observer
    std::set<MemberId> udp_blocked_;   // told of already
    Instant next_probe_;
    Instant next_ring_probe_;
    Instant late_until_ = Instant::min();
};

}  // namespace weft::gossip
