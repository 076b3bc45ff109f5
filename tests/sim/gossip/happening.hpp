#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gossip/core/output.hpp"
#include "tests/sim/engine/network.hpp"

namespace weft::sim {

using AgentIndex = HostIndex;  // each has a host of its own

// What waits in the queue of a world.
struct Happening {
    enum class Kind : std::uint8_t {
        Wake,  // the process's next deadline
        Datagram,
        PortUnreachable,
        Connect,  // comes to the host, not to the process
        // At the one who dialled:
        Connected,
        Refused,
        Answer,
        Closed,
        DialDeadline,
        // At the one who was dialled:
        Request,
        Slice,  // a slow process runs again
        Call,   // of the scenario
    };
    Kind kind = Kind::Wake;
    AgentIndex at = 0;
    AgentIndex from = 0;
    std::uint32_t generation = 0;  // of the process that dialled
    std::uint64_t dial = 0;        // or the number of a call
    std::vector<gossip::SharedBytes> messages = {};
    std::string bytes = {};  // in place of the messages
};

}  // namespace weft::sim
