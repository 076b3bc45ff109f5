#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "gossip/core/membership.hpp"
#include "gossip/core/query_inbox.hpp"
#include "gossip/core/serf_members.hpp"
#include "gossip/core/state_digest.hpp"
#include "gossip/core/user_events.hpp"

namespace weft::gossip {

// Between two rounds of push/pull in a ring of that many members: longer in large ones, since each
// carries all of them (protocols: push/pull).
Duration push_pull_interval(Duration base, std::size_t members);

// Whole views of the ring, as two agents exchange them over a stream. Where both know how, they
// compare digests first, and only what differs travels: there and back, and the rest there.
class AntiEntropy {
public:
    // All outlive it.
    AntiEntropy(const NodeConfig& config, Membership& membership, SerfMembers& members,
                UserEvents& events, QueryInbox& queries)
        : config_(config),
          membership_(membership),
          members_(members),
          events_(events),
          queries_(queries) {}

    // Ours, as a stream's message: all of it.
    std::string state(bool join, Instant now) const;

    // Only what it comes to; and what is due to that: what differs, with our digest. nullopt for a
    // digest that cannot be read.
    std::string digest() const;
    std::optional<std::string> answer_digest(std::string_view digest, Instant now) const;
    // What the other one lacks, after its answer; nullopt: nothing.
    std::optional<std::string> complement(std::string_view their_digest, Instant now) const;

    // What Serf says in somebody's: to be merged after the nodes (Membership::merge) and what
    // followed from them. Errors are of WireErrc.
    Result<void> merge_serf(std::string_view blob, const MergeOptions& options, Instant now,
                            SerfOutput& out);

private:
    std::string message(PushPullHeader header, const StateDigest::Part* part, Instant now) const;
    std::string serf_state(const StateDigest::Part* part) const;
    StateDigest digest_of(std::size_t buckets) const;

    const NodeConfig& config_;
    Membership& membership_;
    SerfMembers& members_;
    UserEvents& events_;
    QueryInbox& queries_;
};

}  // namespace weft::gossip
