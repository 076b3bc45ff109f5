#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gossip/core/query_outbox.hpp"

namespace weft::gossip {

// Whose name it is, when another agent has the same (protocols: name conflicts): the ring is asked,
// and who most of it does not know must stop.
class ConflictVote {
public:
    // Both outlive it.
    ConflictVote(const NodeConfig& config, const SerfMembers& members)
        : config_(config), members_(members) {}

    // Another one was heard of; asks, unless that is under way.
    void begin(QueryOutbox& outbox, QueryInbox& inbox, Instant now, SerfOutput& out);

    // Takes the events of its own query out of what the application will see, and adds the verdict.
    void filter(std::vector<Event>& events);

private:
    void count(const event::QueryAnswered& answer);

    const NodeConfig& config_;
    const SerfMembers& members_;
    std::optional<std::uint32_t> query_;
    std::size_t answers_ = 0;
    std::size_t for_us_ = 0;
};

}  // namespace weft::gossip
