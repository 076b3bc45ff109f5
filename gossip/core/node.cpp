#include "gossip/core/node.hpp"

#include <algorithm>
#include <utility>

#include "gossip/core/node_parts.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {

Node::Node(const NodeConfig& config, Keyring keyring, Rng& rng, DescriptionPool& pool, Instant now)
    : parts_(std::make_unique<Parts>(config, std::move(keyring), rng, pool, now)) {}

Node::~Node() = default;

// ---- from the network

void Node::receive(const Endpoint& from, std::span<const std::string_view> messages, Instant now,
                   Output& out) {
    for (const std::string_view message : messages) parts_->receive(from, message, now, out);
}

void Node::port_unreachable(const Endpoint& at, Instant now, Output& out) {
    DetectorOutput found;
    parts_->detector.port_unreachable(at, now, found);
    parts_->take(std::move(found), now, out);
}

void Node::dial_opened(DialId id, Instant, Output&) {
    if (parts_->detector.owns(id)) parts_->detector.dial_opened(id);
}

void Node::dial_answered(DialId id, const StreamMessage& answer, Instant now, Output& out) {
    if (!parts_->detector.owns(id)) return parts_->push_pull_ended(id, &answer, {}, now, out);
    DetectorOutput found;
    if (const auto* ack = std::get_if<Ack>(&answer)) {
        parts_->detector.dial_answered(id, *ack, now, found);
    } else {
        parts_->detector.dial_failed(id, DialFailure::Garbled, now, found);
    }
    parts_->take(std::move(found), now, out);
}

void Node::dial_failed(DialId id, DialFailure failure, std::string_view why, Instant now,
                       Output& out) {
    if (!parts_->detector.owns(id)) {
        const std::string_view words = why.empty() ? to_string(failure) : why;
        return parts_->push_pull_ended(id, nullptr, words, now, out);
    }
    DetectorOutput found;
    parts_->detector.dial_failed(id, failure, now, found);
    parts_->take(std::move(found), now, out);
}

// ---- time

void Node::tick(Instant now, Output& out) {
    parts_->tick(now, out);
}

Instant Node::next_deadline() const {
    return parts_->next_deadline();
}

// ---- from the application

void Node::join(std::span<const Endpoint> seeds, bool ignore_old_events, Instant now, Output& out) {
    for (const Endpoint& seed : seeds) {
        parts_->dial_push_pull({seed, {true, ignore_old_events}}, now, out);
    }
}

void Node::leave(Instant now, Output& out) {
    parts_->leave(now, out);
}

bool Node::is_leaving() const {
    return parts_->is_leaving();
}

Result<void> Node::force_leave(std::string_view name, bool prune, Instant now, Output& out) {
    SerfOutput serf;
    const auto done = parts_->members.force_leave(name, prune, now, serf);
    parts_->take(std::move(serf), now, out);
    return done;
}

Result<void> Node::set_tags(std::span<const std::pair<std::string_view, std::string_view>> tags,
                            Instant now, Output& out) {
    std::string meta;
    WEFT_TRY(encode_tags(meta, tags));
    MembershipOutput changed;
    parts_->membership.set_meta(std::move(meta), changed);
    parts_->members.update_self(self());
    out.events.push_back(event::MemberUpdated{self()});
    parts_->take(std::move(changed), now, out);
    return success();
}

Result<void> Node::fire_event(std::string_view name, std::string_view payload, bool coalesce,
                              Instant now, Output& out) {
    SerfOutput serf;
    const auto done = parts_->events.fire(name, payload, coalesce, serf);
    parts_->take(std::move(serf), now, out);
    return done;
}

Result<std::uint32_t> Node::ask(const QueryParams& params, Instant now, Output& out) {
    SerfOutput serf;
    auto asked = parts_->outbox.ask(params, parts_->inbox, now, serf);
    parts_->take(std::move(serf), now, out);
    return asked;
}

Result<void> Node::answer(LamportTime time, std::uint32_t id, std::string_view payload, Instant now,
                          Output& out) {
    SerfOutput serf;
    const auto done = parts_->inbox.answer(time, id, payload, now, serf);
    parts_->take(std::move(serf), now, out);
    return done;
}

// ---- to look at

Keyring& Node::keyring() {
    return parts_->keyring;
}

const Counters& Node::counters() const {
    return parts_->counters;
}

std::vector<MemberView> Node::members() const {
    std::vector<MemberView> all;
    all.reserve(parts_->members.table().size());
    parts_->members.table().for_each([&](auto, const SerfMember& member) {
        all.push_back({member.description, member.status, member.status_time});
    });
    std::sort(all.begin(), all.end(), [](const MemberView& a, const MemberView& b) {
        return a.member->name < b.member->name;
    });
    return all;
}

std::uint64_t Node::member_changes() const {
    return parts_->members.changes();
}

std::optional<MemberView> Node::find(std::string_view name) const {
    const SerfMember* member = parts_->members.find(name);
    if (!member) return std::nullopt;
    return MemberView{member->description, member->status, member->status_time};
}

DescriptionPtr Node::self() const {
    return parts_->membership.self().description;
}

int Node::health_score() const {
    return parts_->detector.health_score();
}

std::size_t Node::suspects() const {
    return parts_->membership.suspects();
}

std::size_t Node::broadcasts_waiting() const {
    return parts_->dissemination.size();
}

std::optional<Coordinate> Node::coordinate(std::string_view name) const {
    if (name == self()->name) return parts_->coordinates.own();
    const auto id = parts_->membership.table().find(name);
    return id ? parts_->times.coordinate(*id) : std::nullopt;
}

std::uint32_t Node::incarnation() const {
    return parts_->membership.self().incarnation;
}

Node::Clocks Node::clocks() const {
    return {parts_->members.clock(), parts_->events.clock(), parts_->inbox.clock()};
}

void Node::check_invariants() const {
    parts_->membership.check_invariants();
    parts_->members.check_invariants();
}

}  // namespace weft::gossip
