#pragma once

#include <string>
#include <vector>

#include "gossip/core/dissemination.hpp"
#include "gossip/core/output.hpp"

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
    std::vector<Event> events;
    std::vector<Broadcast> broadcasts;
    std::vector<Direct> direct;
};

}  // namespace weft::gossip
