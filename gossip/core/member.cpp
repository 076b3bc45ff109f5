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

}  // namespace weft::gossip
