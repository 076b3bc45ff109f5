#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"
#include "gossip/core/description.hpp"
#include "gossip/core/suspicion.hpp"

namespace weft::gossip {

enum class MemberState : std::uint8_t { Alive = 0, Suspect = 1, Dead = 2, Left = 3 };

std::string_view to_string(MemberState state);

// What this agent knows of one member of the ring, itself included.
struct Member {
    std::string name;
    std::string address;  // 4 or 16 raw bytes, as they came
    std::uint16_t port = 0;
    std::string meta;
    Versions versions;
    std::uint32_t incarnation = 0;  // the highest that anybody told
    MemberState state = MemberState::Dead;
    Instant since{};                     // of the state
    std::optional<Suspicion> suspicion;  // while it is suspect
    Instant told_at = Instant::min();    // when it was last sent what is held against it
};

}  // namespace weft::gossip
