#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"
#include "gossip/core/suspicion.hpp"
#include "gossip/wire/value_reader.hpp"

namespace weft::gossip {

enum class MemberState : std::uint8_t { Alive = 0, Suspect = 1, Dead = 2, Left = 3 };

std::string_view to_string(MemberState state);

// What a member speaks: memberlist's protocol and Serf's ("delegate").
struct Versions {
    std::uint8_t protocol_min = 0;
    std::uint8_t protocol_max = 0;
    std::uint8_t protocol_current = 0;
    std::uint8_t delegate_min = 0;
    std::uint8_t delegate_max = 0;
    std::uint8_t delegate_current = 0;

    // Six bytes in that order; nullopt for fewer or more, which some peers fall over.
    static std::optional<Versions> of(const Bytes& bytes);
    std::array<char, 6> bytes() const;

    friend bool operator==(const Versions&, const Versions&) = default;
};

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
