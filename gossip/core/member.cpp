#include "gossip/core/member.hpp"

namespace weft::gossip {

std::string_view to_string(MemberState state) {
    switch (state) {
        case MemberState::Alive:
            return "alive";
        case MemberState::Suspect:
            return "suspect";
        case MemberState::Dead:
            return "dead";
        case MemberState::Left:
            return "left";
    }
    return "unknown";
}

std::optional<Versions> Versions::of(const Bytes& bytes) {
    if (!bytes || bytes->size() != 6) return std::nullopt;
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>((*bytes)[i]); };
    return Versions{at(0), at(1), at(2), at(3), at(4), at(5)};
}

std::array<char, 6> Versions::bytes() const {
    return {static_cast<char>(protocol_min),     static_cast<char>(protocol_max),
            static_cast<char>(protocol_current), static_cast<char>(delegate_min),
            static_cast<char>(delegate_max),     static_cast<char>(delegate_current)};
}

}  // namespace weft::gossip
