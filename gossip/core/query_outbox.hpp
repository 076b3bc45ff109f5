#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "gossip/core/node.hpp"
#include "gossip/core/query_inbox.hpp"

namespace weft::gossip {

// Queries of this agent, and what comes back: an ack and an answer of each other one, once, until
// their time is over.
class QueryOutbox {
public:
    // All outlive it.
    QueryOutbox(const NodeConfig& config, const SerfMembers& members, Rng& rng)
        : config_(config), members_(members), rng_(rng) {}

    // Spreads it, and answers it itself, too: through the inbox. Errc::Limit when it is too large
    // or there are too many under way. Returns the id.
    Result<std::uint32_t> ask(const QueryParams& params, QueryInbox& inbox, Instant now,
                              SerfOutput& out);
    void handle(const QueryAnswer& answer, Instant now, SerfOutput& out);

    void tick(Instant now, SerfOutput& out);
    Instant next_deadline() const;
    std::size_t size() const { return running_.size(); }

private:
    struct Running {
        LamportTime time = 0;
        Instant deadline{};
        std::set<std::string, std::less<>> acks;
        std::set<std::string, std::less<>> answers;
    };

    Duration default_timeout() const;

    const NodeConfig& config_;
    const SerfMembers& members_;
    Rng& rng_;
    std::map<std::uint32_t, Running> running_;  // by id
};

}  // namespace weft::gossip
