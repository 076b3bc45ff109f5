#include "agent/runtime/ring_liveness.hpp"

#include <algorithm>
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

bool name_before(const NodeLiveness& a, const NodeLiveness& b) {
    return fold_compare(a.node, b.node) < 0;
}

// Takes the node of that name out of a sorted list.
void take_out(std::vector<NodeLiveness>& nodes, std::string_view name) {
    const auto at = std::lower_bound(nodes.begin(), nodes.end(), name,
                                     [](const NodeLiveness& held, std::string_view wanted) {
                                         return fold_compare(held.node, wanted) < 0;
                                     });
    if (at != nodes.end() && fold_equal(at->node, name)) nodes.erase(at);
}

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
    for (const auto& [name, member] : members) {
        if (is_gone(member))
            liveness.nodes.push_back({name, is_left(member) ? Liveness::Absent : of_failed});
    }
    if (liveness.nodes.empty()) return liveness;
    std::sort(liveness.nodes.begin(), liveness.nodes.end(), name_before);
    const auto is_same = [](const NodeLiveness& a, const NodeLiveness& b) {
        return fold_equal(a.node, b.node);
    };
    liveness.nodes.erase(std::unique(liveness.nodes.begin(), liveness.nodes.end(), is_same),
                         liveness.nodes.end());
    take_out(liveness.nodes, own);
    for (const auto& [name, member] : members) {
        if (!is_gone(member)) take_out(liveness.nodes, name);
    }
    return liveness;
}

}  // namespace weft::agent
