#include "tests/sim/gossip/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gossip/core/hash.hpp"
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

std::uint32_t tags_of(const gossip::DescriptionPtr& member) {
    return static_cast<std::uint32_t>(gossip::hash_of(member->meta));
}

constexpr std::string_view kNamePrefix = "agent-";
constexpr std::size_t kViewsAtOnce = 256;

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
    seen.members.assign(world_.size(), Told{});
    seen.questions.clear();
    if (all_are_well_) excuse(index);  // what is said of its last life may come true late
    seen.clocks = {};
    seen.incarnation = 0;
    if (forgets) {
        seen.events.clear();
        seen.queries.clear();
    }
}

void Oracle::acquainted_all(std::span<const AgentIndex> indices) {
    for (const AgentIndex at : indices) {
        for (const AgentIndex other : indices) {
            if (other == at) continue;
            const auto tags = tags_of(world_.agent(other).node().self());
            seen_[at].members[other] = {MemberStatus::Alive, tags};
        }
    }
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

// Who is accused and stays silent dies of it. seen_ has what it was before the datagram.
void Oracle::on_heard(AgentIndex at, std::string_view message) {
    if (message.empty() || world_.agent(at).is_leaving) return;
    const auto type = static_cast<gossip::MessageType>(message.front());
    if (type != gossip::MessageType::Suspect && type != gossip::MessageType::Dead) return;
    const auto decoded = gossip::decode_message(message);
    if (!decoded) return;
    const auto check = [&](std::string_view accused, std::uint32_t incarnation) {
        if (accused != world_.agent(at).name || incarnation < seen_[at].incarnation) return;
        if (world_.agent(at).node().incarnation() <= incarnation) {
            violated(at, "does not refute what is said of it");
        }
    };
    if (const auto* suspect = std::get_if<gossip::Suspect>(&decoded.value())) {
        check(suspect->node, suspect->incarnation);
    } else if (const auto* dead = std::get_if<gossip::Dead>(&decoded.value())) {
        check(dead->node, dead->incarnation);
    }
}

// ---- what they tell their application

void Oracle::on_event(AgentIndex at, const gossip::Event& event) {
    namespace e = gossip::event;
    std::visit(Overloaded{[&](const e::MemberJoined& joined) {
                              member_event(at, joined.member, MemberStatus::Alive);
                          },
                          [&](const e::MemberUpdated& updated) {
                              if (const auto subject = index_of(updated.member->name)) {
                                  seen_[at].members[*subject].tags = tags_of(updated.member);
                              }
                          },
                          [&](const e::MemberLeaving& leaving) {
                              member_event(at, leaving.member, MemberStatus::Leaving);
                          },
                          [&](const e::MemberLeft& left) {
                              member_event(at, left.member, MemberStatus::Left);
                          },
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
                          [&](const e::UserEvent& user) { user_event(at, user); },
                          [&](const e::QueryReceived& query) { query_event(at, query); },
                          [&](const e::QueryAcknowledged& ack) { query_event(at, ack); },
                          [&](const e::QueryAnswered& answer) { query_event(at, answer); },
                          [&](const e::QueryFinished& finished) { query_event(at, finished); },
                          [](const auto&) {}},
               event);
}

void Oracle::member_event(AgentIndex at, const gossip::DescriptionPtr& member,
                          MemberStatus status) {
    const auto subject = index_of(member->name);
    if (!subject) violated(at, "tells of " + member->name + ", whom nobody knows");
    if (member->endpoint != world_.agent(*subject).endpoint) {
        violated(at, "has a wrong address of " + member->name);
    }
    auto& [known, tags] = seen_[at].members[*subject];
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
    tags = tags_of(member);
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
    if (excused_.contains(subject)) return;
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
    const auto fired = fired_.find(event.name);
    if (fired == fired_.end()) violated(at, "is told of an event that nobody fired");
    if (fired->second != event.payload) violated(at, "has another payload of " + event.name);
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

void Oracle::check_views() {
    const std::size_t count = std::min(world_.size(), kViewsAtOnce);
    for (std::size_t i = 0; i < count; ++i) {
        check_view(next_view_);
        next_view_ = static_cast<AgentIndex>((next_view_ + 1) % world_.size());
    }
}

void Oracle::check_view(AgentIndex at) const {
    const Agent& agent = world_.agent(at);
    if (!agent.is_up()) return;
    std::size_t held = 0;
    for (const auto& view : agent.node().members()) {
        if (view.member->name == agent.name) continue;
        ++held;
        const auto [told, tags] = seen_[at].members[*index_of(view.member->name)];
        const bool agrees = is_here(view.status) ? is_here(told) : view.status == told;
        if (!agrees) {
            violated(at, fmt::format("holds {} {}, but said that it is {}", view.member->name,
                                     to_string(view.status), to_string(told)));
        }
        if (tags_of(view.member) != tags) {
            violated(at, fmt::format("holds other tags of {} than it told", view.member->name));
        }
    }
    std::size_t told = 0;
    for (AgentIndex other = 0; other < world_.size(); ++other) {
        told += other != at && seen_[at].members[other].status != MemberStatus::None ? 1 : 0;
    }
    if (told != held) violated(at, "has forgotten a member without a word");
}

}  // namespace weft::sim
