#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/core/membership.hpp"
#include "gossip/core/serf_members.hpp"
#include "gossip/core/user_events.hpp"

namespace weft::gossip {

// What a view of the ring comes to, so that two agents can tell what they hold differently without
// sending it: members in buckets by name, each bucket a sum over those who are there (who is gone
// is forgotten at different times); last, the user events that are kept.
class StateDigest {
public:
    // A power of two; more members, more buckets, so that a difference costs few records.
    static std::size_t buckets_for(std::size_t members);

    StateDigest(std::size_t buckets, const Membership& membership, const SerfMembers& members,
                const UserEvents& events);
    // As the other one sent it; nullopt for bytes that cannot be one.
    static std::optional<StateDigest> decode(std::string_view bytes);
    std::string encode() const;

    std::size_t buckets() const { return sums_.size() - 1; }

    // Which part of a state is meant.
    class Part {
    public:
        bool has(std::string_view name) const;
        bool has_events() const { return differs_.back(); }
        bool is_empty() const;

    private:
        friend class StateDigest;
        std::vector<bool> differs_;  // as sums_
    };
    // What differs; both have as many buckets.
    Part difference(const StateDigest& other) const;

private:
    StateDigest() = default;

    std::vector<std::uint64_t> sums_;  // of buckets, and of events
};

}  // namespace weft::gossip
