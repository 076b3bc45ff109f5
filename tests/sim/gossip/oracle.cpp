#include "tests/sim/gossip/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gossip/wire/messages.hpp"
#include "tests/sim/gossip/violation.hpp"

namespace weft::sim {

using gossip::MemberStatus;

namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

bool is_here(MemberStatus status) {
    return status == MemberStatus::Alive || status == MemberStatus::Leaving;
}

constexpr std::string_view kNamePrefix = "agent-";

}  // namespace

Oracle::Oracle(World& world, bool network_is_clean)
    : world_(world),
      network_is_clean_(network_is_clean),
      seen_(world.size()),
      incarnation_used_(world.size()) {}

void Oracle::violated(AgentIndex at, std::string_view what) const {
    throw Violation(fmt::format("{}: {}", world_.agent(at).name, what));
}

std::optional<AgentIndex> Oracle::index_of(std::string_view name) const {
    AgentIndex index = 0;
    if (!name.starts_with(kNamePrefix)) return std::nullopt;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + kNamePrefix.size(), end, index);
    if (error != std::errc() || rest != end || index >= world_.size()) return std::nullopt;
    return index;
}

std::uint32_t Oracle::used_incarnation(AgentIndex index) const {
    const Agent& agent = world_.agent(index);
    const std::uint32_t now = agent.is_up() ? agent.node().incarnation() : 0;
    return std::max(incarnation_used_[index], now);
}

void Oracle::started(AgentIndex index, bool forgets) {
    Seen& seen = seen_[index];
    seen.members.clear();
    seen.clocks = {};
    seen.incarnation = 0;
    if (forgets) seen.events.clear();
}

void Oracle::all_are_well() {
    all_are_well_ = true;
}

// ---- what nodes say

void Oracle::check_claim(AgentIndex from, std::string_view about, std::uint32_t incarnation) const {
    const auto subject = index_of(about);
    if (!subject) violated(from, fmt::format("speaks of {}, whom nobody knows", about));
    if (incarnation > used_incarnation(*subject)) {
        violated(from, fmt::format("speaks of {} at incarnation {}, which it never had", about,
                                   incarnation));
    }
}

void Oracle::on_message(AgentIndex from, std::string_view message) {
    if (message.empty()) violated(from, "sends an empty message");
    const auto type = static_cast<gossip::MessageType>(message.front());
    if (type == gossip::MessageType::User) return;
    const auto decoded = gossip::decode_message(message);
    if (!decoded) violated(from, "sends a message that cannot be read");
    std::visit(Overloaded{[&](const gossip::Alive& alive) {
                              check_claim(from, alive.node, alive.incarnation);
                          },
                          [&](const gossip::Suspect& suspect) {
                              check_claim(from, suspect.node, suspect.incarnation);
                              check_claim(from, suspect.from, 0);
                          },
                          [&](const gossip::Dead& dead) {
                              check_claim(from, dead.node, dead.incarnation);
                              check_claim(from, dead.from, 0);
                          },
                          [](const auto&) {}},
               decoded.value());
}

// ---- what they tell their application

void Oracle::on_event(AgentIndex at, const gossip::Event& event) {
    namespace e = gossip::event;
    std::visit(
        Overloaded{
            [&](const e::MemberJoined& joined) {
                member_event(at, joined.member, MemberStatus::Alive);
            },
            [&](const e::MemberLeaving& leaving) {
                member_event(at, leaving.member, MemberStatus::Leaving);
            },
            [&](const e::MemberLeft& left) { member_event(at, left.member, MemberStatus::Left); },
            [&](const e::MemberFailed& gone) {
                member_event(at, gone.member, MemberStatus::Failed);
                failed(at, gone.member->name);
            },
            [&](const e::MemberReaped& reaped) {
                member_event(at, reaped.member, MemberStatus::None);
            },
            [&](const e::NameConflict& conflict) {
                violated(at, "sees a conflict about the name " + conflict.name);
            },
            [&](const e::NameLost&) { violated(at, "loses its name"); },
            [&](const e::MergeRefused& refused) {
                violated(at, "refuses a merge: " + refused.why);
            },
            [&](const e::MemberRefused&) { violated(at, "refuses a member"); },
            [&](const e::UserEvent& user) { user_event(at, user); }, [](const auto&) {}},
        event);
}

void Oracle::member_event(AgentIndex at, const gossip::DescriptionPtr& member,
                          MemberStatus status) {
    const auto subject = index_of(member->name);
    if (!subject) violated(at, "tells of " + member->name + ", whom nobody knows");
    if (member->endpoint != world_.agent(*subject).endpoint) {
        violated(at, "has a wrong address of " + member->name);
    }
    auto& known = seen_[at].members[member->name];
    const bool can_be = status == MemberStatus::Alive ? !is_here(known)
                        : status == MemberStatus::Leaving
                            ? is_here(known)  // a join intent makes it alive without a word
                        : status == MemberStatus::Failed ? is_here(known)
                        : status == MemberStatus::Left
                            ? known != MemberStatus::None && known != MemberStatus::Left
                            : known != MemberStatus::None;
    // Of itself nothing is expected but that it leaves.
    if (!can_be && *subject != at) {
        violated(at, fmt::format("says that {} is {}, which was {}", member->name,
                                 to_string(status), to_string(known)));
    }
    known = status;
    if (status == MemberStatus::Left && !world_.agent(*subject).is_leaving &&
        !world_.agent(*subject).has_left && !world_.agent(*subject).was_disturbed &&
        !force_left_.contains(*subject)) {
        violated(at, "says that " + member->name + " has left, which never did");
    }
}

void Oracle::failed(AgentIndex at, std::string_view name) {
    const AgentIndex subject = *index_of(name);
    if (subject == at) violated(at, "holds itself failed");
    const Agent& agent = world_.agent(subject);
    ++failures_;
    if (agent.is_up() && agent.process.state() == Process::State::Running) ++false_failures_;
    if (all_are_well_ && agent.is_up()) {
        violated(at, fmt::format("holds {} failed, though all is well", name));
    }
    if (!network_is_clean_ || agent.was_disturbed) return;
    violated(at, fmt::format("holds {} failed, which is well and connected", name));
}

void Oracle::user_event(AgentIndex at, const gossip::event::UserEvent& event) {
    if (!seen_[at].events.insert(event.name).second) {
        violated(at, "is told twice of the event " + event.name);
    }
}

// ---- what they are

void Oracle::on_step(AgentIndex at) {
    const gossip::Node& node = world_.agent(at).node();
    Seen& seen = seen_[at];
    const auto clocks = node.clocks();
    if (clocks.member < seen.clocks.member || clocks.event < seen.clocks.event ||
        clocks.query < seen.clocks.query) {
        violated(at, "has a Lamport clock that went back");
    }
    seen.clocks = clocks;
    if (node.incarnation() < seen.incarnation) violated(at, "has an incarnation that went back");
    seen.incarnation = node.incarnation();
    incarnation_used_[at] = std::max(incarnation_used_[at], seen.incarnation);
    const auto self = node.find(world_.agent(at).name);
    if (!self) violated(at, "does not know itself");
    if (!world_.agent(at).is_leaving && self->status != MemberStatus::Alive) {
        violated(at, fmt::format("holds itself {}", to_string(self->status)));
    }
}

void Oracle::check_views() const {
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        const Agent& agent = world_.agent(at);
        if (!agent.is_up()) continue;
        std::size_t held = 0;
        for (const auto& view : agent.node().members()) {
            if (view.member->name == agent.name) continue;
            ++held;
            const auto known = seen_[at].members.find(view.member->name);
            const auto told = known == seen_[at].members.end() ? MemberStatus::None : known->second;
            const bool agrees = is_here(view.status) ? is_here(told) : view.status == told;
            if (!agrees) {
                violated(at, fmt::format("holds {} {}, but said that it is {}", view.member->name,
                                         to_string(view.status), to_string(told)));
            }
        }
        const auto told = std::count_if(
            seen_[at].members.begin(), seen_[at].members.end(), [&](const auto& each) {
                return each.second != MemberStatus::None && each.first != agent.name;
            });
        if (static_cast<std::size_t>(told) != held) {
            violated(at, "has forgotten a member without a word");
        }
    }
}

}  // namespace weft::sim
