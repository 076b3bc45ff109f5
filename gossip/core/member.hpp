#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/strong_id.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/description.hpp"

namespace weft::gossip {

enum class MemberState : std::uint8_t { Alive = 0, Suspect = 1, Dead = 2, Left = 3 };

std::string_view to_string(MemberState state);

constexpr bool is_gone(MemberState state) {
    return state == MemberState::Dead || state == MemberState::Left;
}

// The place of a member in the table: its own until it is forgotten, then somebody else's.
using MemberId = StrongId<struct MemberTag, std::uint32_t>;

// What this agent knows of one member of the ring, itself included. Small: a ring of 10,000 has as
// many in each agent. What only few of them have is kept beside the table.
struct Member {
    DescriptionPtr description;     // null: nobody
    Instant since{};                // of the state
    std::uint32_t incarnation = 0;  // the highest that anybody told
    MemberState state = MemberState::Dead;

    const std::string& name() const { return description->name; }
    const Endpoint& endpoint() const { return description->endpoint; }
};

}  // namespace weft::gossip
