#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/time.hpp"
#include "gossip/core/description.hpp"
#include "gossip/core/named_table.hpp"

namespace weft::gossip {

enum class MemberState : std::uint8_t { Alive = 0, Suspect = 1, Dead = 2, Left = 3 };

std::string_view to_string(MemberState state);

constexpr bool is_gone(MemberState state) {
    return state == MemberState::Dead || state == MemberState::Left;
}

// What this agent knows of one member of the ring, itself included. Small: a ring of 10,000 has as
// many in each agent. What only few of them have is kept beside the table.
struct Member {
    DescriptionPtr description;     // null: nobody
    Instant since{};                // of the state
    std::uint32_t incarnation = 0;  // the highest that anybody told
    MemberState state = MemberState::Dead;

    bool is_present() const { return bool(description); }
    const std::string& name() const { return description->name; }
    const Endpoint& endpoint() const { return description->endpoint; }
};

using MemberTable = NamedTable<Member>;
// The place of a member: its own until it is forgotten, then somebody else's.
using MemberId = MemberTable::Id;

}  // namespace weft::gossip
