#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "agent/base/time.hpp"
#include "gossip/core/counters.hpp"
#include "gossip/core/detector_output.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/probe.hpp"

namespace weft::gossip {

// What this agent itself holds against others. It tells the accused, so that they can refute at
// once. Where there is more evidence than missing answers it does not wait for the published clock
// (Suspicion): a host that refuses, by two observers, has lost its process; one that is silent to
// three is gone.
class Accusations {
public:
    // All outlive it.
    Accusations(const NodeConfig& config, Membership& membership, Counters& counters)
        : config_(config), membership_(membership), counters_(counters) {}

    // id: of a member, not this agent.
    void accuse(MemberId id, std::uint32_t incarnation, Instant now, DetectorOutput& out);
    // After accuse(), by what a failed probe saw.
    void condemn(const Probe& probe, Instant now);

    // It answered; or its host did, so that the process may only be slow.
    void acquit(MemberId id) { condemnations_.erase(id); }
    // Its place will be another's.
    void forget(MemberId id) {
        condemnations_.erase(id);
        tellings_.erase(id);
    }
    void acquit(DialId opened);

    // How long a stream to a silent host must stay closed before that host is condemned.
    Duration wait() const;

    // This agent was away for so long: refutations may be waiting.
    void postpone(Duration by);
    void tick(Instant now, DetectorOutput& out);
    Instant next_deadline() const;

private:
    struct Condemnation {
        std::uint32_t incarnation = 0;
        Instant due{};
        std::optional<DialId> dial;  // must not open until then
    };
    struct Telling {
        Instant next{};
        int left = 0;
    };

    bool is_accused(MemberId id, std::uint32_t incarnation) const;
    bool may_condemn(Instant now);
    void carry_out(Instant now);
    void tell(Instant now, DetectorOutput& out);

    const NodeConfig& config_;
    Membership& membership_;
    Counters& counters_;
    std::map<MemberId, Condemnation> condemnations_;
    std::map<MemberId, Telling> tellings_;
    std::vector<Instant> condemned_;  // when, lately
};

}  // namespace weft::gossip
