#include "gossip/core/output.hpp"

namespace weft::gossip {

std::string_view to_string(DialFailure failure) {
    switch (failure) {
        case DialFailure::Refused:
            return "connection refused";
        case DialFailure::Unreachable:
            return "no way to that address";
        case DialFailure::Silent:
            return "no connection in time";
        case DialFailure::Unanswered:
            return "connected, but no whole answer in time";
        case DialFailure::Garbled:
            return "the answer cannot be read";
    }
    return "unknown";
}

std::string_view to_string(MemberStatus status) {
    switch (status) {
        case MemberStatus::None:
            return "none";
        case MemberStatus::Alive:
            return "alive";
        case MemberStatus::Leaving:
            return "leaving";
        case MemberStatus::Left:
            return "left";
        case MemberStatus::Failed:
            return "failed";
    }
    return "none";
}

}  // namespace weft::gossip
