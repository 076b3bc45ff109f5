#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalog/liveness_overlay.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// What the members of a ring say about the nodes of the catalog that have their names.
struct RingLiveness {
    std::vector<NodeLiveness> nodes;  // those that are not present, each once
    // More than half of the agents are held failed, this one counted among the others: it sees a
    // minority, and cannot tell whether the rest is gone or it is itself cut off.
    bool is_doubtful = false;
};

// own: the name of this agent, which is always present. Names are compared without regard to case,
// as the catalog does; of two agents that it takes for one node the one that is there counts.
RingLiveness ring_liveness(const std::map<std::string, api::Member>& members, std::string_view own);

}  // namespace weft::agent
