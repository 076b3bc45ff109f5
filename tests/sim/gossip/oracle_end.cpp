#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/gossip/oracle.hpp"

// What must be so in the end.
namespace weft::sim {

using gossip::MemberStatus;

std::string Oracle::unconverged() const {
    for (std::size_t i = 0; i < world_.size(); ++i) {
        const auto at = static_cast<AgentIndex>((unconverged_ + i) % world_.size());
        std::string what = unconverged(at);
        if (what.empty()) continue;
        unconverged_ = at;
        return what;
    }
    return {};
}

std::string Oracle::unconverged(AgentIndex at) const {
    const Agent& agent = world_.agent(at);
    if (!agent.is_up()) return {};
    if (agent.is_leaving) return agent.name + " is still leaving";
    for (AgentIndex other = 0; other < world_.size(); ++other) {
        const Agent& subject = world_.agent(other);
        const auto view = agent.node().find(subject.name);
        const auto status = view ? view->status : MemberStatus::None;
        const bool is_right =
            subject.is_up() ? status == MemberStatus::Alive
                            : status != MemberStatus::Alive && status != MemberStatus::Leaving;
        // Whose description is shared need not be compared.
        const bool is_described = !view || !subject.is_up() ||
                                  view->member == subject.node().self() ||
                                  view->member->is_same(*subject.node().self());
        if (is_right && is_described) continue;
        if (is_right) {
            return fmt::format("{} holds old tags of {}", agent.name, subject.name);
        }
        return fmt::format("{} holds {} {}, which is {}", agent.name, subject.name,
                           to_string(status), subject.is_up() ? "up" : "gone");
    }
    return {};
}

std::string Oracle::not_heard_by_all(std::string_view event) const {
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        if (world_.agent(at).is_up() && !seen_[at].events.contains(event)) {
            return fmt::format("{} has not heard of the event {}", world_.agent(at).name, event);
        }
    }
    return {};
}

std::vector<std::uint64_t> Oracle::broadcasts() const {
    std::vector<std::uint64_t> sent;
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        const Agent& agent = world_.agent(at);
        sent.push_back(agent.is_up() ? agent.node().counters().broadcasts_sent : 0);
    }
    return sent;
}

std::string Oracle::not_quiet_since(const std::vector<std::uint64_t>& before) const {
    const auto after = broadcasts();
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        if (after[at] != before[at]) {
            return fmt::format("{} still sends broadcasts", world_.agent(at).name);
        }
    }
    return {};
}

gossip::LamportTime Oracle::member_clock() const {
    gossip::LamportTime latest = 0;
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        const Agent& agent = world_.agent(at);
        if (agent.is_up()) latest = std::max(latest, agent.node().clocks().member);
    }
    return latest;
}

std::vector<std::vector<AgentIndex>> Oracle::acquainted() const {
    std::vector<AgentIndex> group(world_.size());
    for (AgentIndex i = 0; i < group.size(); ++i) group[i] = i;
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        if (!world_.agent(at).is_up()) continue;
        for (AgentIndex other = 0; other < world_.size(); ++other) {
            if (!world_.agent(other).is_up()) continue;
            const auto view = world_.agent(at).node().find(world_.agent(other).name);
            // Who has left is not called again.
            if (!view || view->status == MemberStatus::Left) continue;
            const AgentIndex from = group[at];
            const AgentIndex to = group[other];
            if (from != to) std::replace(group.begin(), group.end(), from, to);
        }
    }
    std::map<AgentIndex, std::vector<AgentIndex>> groups;
    for (AgentIndex i = 0; i < group.size(); ++i) {
        if (world_.agent(i).is_up()) groups[group[i]].push_back(i);
    }
    std::vector<std::vector<AgentIndex>> result;
    for (auto& [root, members] : groups) result.push_back(std::move(members));
    return result;
}

}  // namespace weft::sim
