#include "agent/runtime/ring_liveness.hpp"

#include <cstddef>

#include "agent/catalog/text_order.hpp"
#include "gossip/core/output.hpp"

namespace weft::agent {
namespace {

bool is_left(const api::Member& member) {
    return member.status == static_cast<int>(gossip::MemberStatus::Left);
}

bool is_gone(const api::Member& member) {
    return is_left(member) || member.status == static_cast<int>(gossip::MemberStatus::Failed);
}

// As the catalog compares names of nodes.
struct NameBefore {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return fold_compare(a, b) < 0; }
};

}  // namespace

RingLiveness ring_liveness(const std::map<std::string, api::Member>& members,
                           std::string_view own) {
    // The ring may be large, and few of it gone.
    RingLiveness liveness;
    std::size_t failed = 0;
    std::size_t agents = 1;
    for (const auto& [name, member] : members) {
        if (name == own || is_left(member)) continue;
        ++agents;
        failed += is_gone(member) ? 1 : 0;
    }
    liveness.is_doubtful = 2 * failed > agents;

    const Liveness of_failed = liveness.is_doubtful ? Liveness::Doubtful : Liveness::Absent;
    std::map<std::string, Liveness, NameBefore> gone;
    for (const auto& [name, member] : members) {
        if (is_gone(member)) gone.emplace(name, is_left(member) ? Liveness::Absent : of_failed);
    }
    if (gone.empty()) return liveness;
    gone.erase(std::string(own));
    for (const auto& [name, member] : members) {
        if (!is_gone(member)) gone.erase(name);
    }
    for (const auto& [name, held] : gone) liveness.nodes.push_back({name, held});
    return liveness;
}

}  // namespace weft::agent
