#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gossip/core/description.hpp"
#include "gossip/core/node.hpp"
#include "gossip/core/output.hpp"

namespace weft::agent {

// Finds members with the node id of another agent. It comes of a data_dir that was copied and does
// not keep a ring from working, so that nothing else says it. Members without Consul's tags are
// none of them.
class MemberDoubts {
public:
    struct Self {
        std::string name;
        std::string node_id;
        gossip::Endpoint endpoint;
    };
    // A member that is alive; null when there is none.
    using FindAlive = std::function<gossip::DescriptionPtr(std::string_view name)>;

    // Members whose ids are remembered; those beyond are compared with this agent's alone.
    static constexpr std::size_t kIdsMax = 65'536;

    MemberDoubts(Self self, FindAlive find_alive)
        : self_(std::move(self)), find_alive_(std::move(find_alive)) {}

    // Of one that joined or changed: a line for the log, with both addresses and a remedy.
    std::optional<std::string> heard(const gossip::DescriptionPtr& member);
    // Of one that left, failed or is forgotten.
    void gone(const gossip::Description& member);

private:
    std::optional<std::string> twin_of(const gossip::DescriptionPtr& member, std::string_view id);

    Self self_;
    FindAlive find_alive_;
    boost::unordered_flat_map<std::size_t, gossip::DescriptionPtr> by_id_;  // by the id's hash
};

}  // namespace weft::agent
