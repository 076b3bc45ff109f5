#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/core/dissemination.hpp"
#include "gossip/core/lamport_clock.hpp"
#include "gossip/core/output.hpp"
#include "gossip/core/refusal.hpp"

namespace weft::gossip {

// What follows from an input to a part of Serf's layer, in order.
struct SerfOutput {
    // A blob to be passed on in the ring.
    struct Broadcast {
        Dissemination::Kind kind;
        std::string blob;
    };
    // A blob for one agent alone, in a datagram of its own.
    struct Direct {
        Endpoint to;
        std::string blob;
    };
    // A time that was not believed, of a clock of this agent: "member", "event" or "query".
    struct Leap {
        std::string_view clock;
        LamportTime own = 0;
        LamportTime seen = 0;
    };
    std::vector<Event> events;
    std::vector<Broadcast> broadcasts;
    std::vector<Direct> direct;
    std::vector<Refusal> refused;
    std::optional<Leap> leap;  // the first
};

// How somebody's whole view of Serf's layer is merged.
struct MergeOptions {
    bool is_join = false;            // this agent was told to join there: see LamportClock
    bool ignore_old_events = false;  // those of before the other's clock are not delivered
    bool is_first = false;           // this agent asked for it and has not seen the ring yet
};

// As the clock does it; a leap is noted.
inline bool witness(LamportClock& clock, std::string_view name, LamportTime seen, SerfOutput& out) {
    if (clock.witness(seen)) return true;
    if (!out.leap) out.leap = SerfOutput::Leap{name, clock.time(), seen};
    return false;
}
// The clock that somebody's view comes with.
inline bool meet(LamportClock& clock, std::string_view name, LamportTime theirs, bool is_join,
                 SerfOutput& out) {
    if (theirs == 0) return true;
    return (is_join && clock.take_over(theirs - 1)) || witness(clock, name, theirs - 1, out);
}

}  // namespace weft::gossip
