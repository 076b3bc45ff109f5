#pragma once

#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "gossip/core/membership.hpp"
#include "gossip/core/output.hpp"

namespace weft::gossip {

// What follows from an input to the failure detector, in order.
struct DetectorOutput {
    // One datagram. What waits to be passed on goes with it, unless it goes to one that may be
    // gone.
    struct Send {
        Endpoint to;
        std::vector<std::string> messages;
        bool crc = false;
        bool is_alone = false;
    };
    // A member that answered a direct probe.
    struct Answer {
        MemberId id;
        Duration rtt;
        std::string payload;  // a coordinate, if it sent one
    };
    std::vector<Send> sends;
    std::vector<Dial> dials;
    std::vector<Answer> answers;
    std::vector<DescriptionPtr> udp_blocked;  // only their streams answer
    MembershipOutput membership;
};

}  // namespace weft::gossip
