#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.hpp"

namespace weft::gossip {

struct SuspicionConfig {
    Duration min{};         // wait once enough members have confirmed
    Duration max{};         // wait while there is a single accuser
    int confirmations = 0;  // further accusers that shorten the wait to min; 0: always wait min
};

// As memberlist works it out, so that mixed rings agree: multiplier x the logarithm of the members
// (of any state) x probe_interval, six times that for a lone accuser.
SuspicionConfig suspicion_for(std::size_t members, int multiplier, int max_multiplier,
                              Duration probe_interval);

// How long a suspected member has to refute before it is declared dead (Lifeguard: Dadgar, Phillips
// and Currey 2017, LHA-Suspicion).
//
// A lone accuser may itself be the slow one, so it waits long; each further accuser shortens the
// wait. Keeps no timer: the owner reads deadline() after every call.
class Suspicion {
public:
    // is_own: this agent is that accuser. Whom nobody seconds in all that time is rather cut off
    // itself, and waits twice as long for it.
    Suspicion(const SuspicionConfig& config, std::string_view accuser, bool is_own, Instant now);

    // False when that is no news: the accuser is counted already, or enough others are. Only news
    // is passed on.
    bool confirm(std::string_view accuser);

    // There is evidence beyond what others say: waits until then at most.
    void hasten(Instant deadline) { latest_ = std::min(latest_, deadline); }

    // Moves only earlier, and may already have passed.
    Instant deadline() const;

    Instant started() const { return started_; }

    const std::vector<std::string>& accusers() const { return accusers_; }

private:
    SuspicionConfig config_;
    bool is_own_;
    Instant started_;
    Instant latest_ = Instant::max();
    std::vector<std::string> accusers_;  // one more than the confirmations at most
};

}  // namespace weft::gossip
