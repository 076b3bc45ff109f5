#include <utility>

#include "gossip/core/encoded.hpp"
#include "gossip/core/node_parts.hpp"

namespace weft::gossip {

namespace {

// Members of a ring with strangers whose first view is passed on all the same.
constexpr std::size_t kPassedOnMax = 256;

}  // namespace

std::string Node::accept(const Endpoint& from, const StreamMessage& message, Instant now,
                         Output& out) {
    if (const auto* ping = std::get_if<Ping>(&message)) {
        if (!ping->node.empty() && ping->node != self()->name) return {};
        return encoded(Ack{ping->sequence, {}});
    }
    if (const auto* user = std::get_if<UserMessage>(&message)) {
        parts_->receive_blob(from, user->blob, now, out);
        return {};
    }
    if (const auto* state = std::get_if<PushPull>(&message)) {
        return parts_->accept(*state, from, now, out);
    }
    parts_->counters.messages_refused.add(Refusal::Misplaced);
    return {};
}

std::string Node::Parts::accept(const PushPull& state, const Endpoint& from, Instant now,
                                Output& out) {
    if (state.part) {
        (void)merge(state, {}, from, now, out);
        std::string thanks;
        PushPullHeader header;
        header.part = true;
        append_push_pull_head(thanks, header);
        return thanks;
    }
    if (!state.digest.empty()) {
        if (auto answer = anti_entropy.answer_digest(state.digest, now)) return *answer;
        counters.messages_refused.add(Refusal::Digest);
    }
    // From before the merge: what the other just said need not go back.
    std::string answer = anti_entropy.state(state.join, now);
    (void)merge(state, {}, from, now, out);
    return answer;
}

void Node::Parts::dial(const PushPullDial& purpose, std::string message, Instant now, Output& out) {
    const DialId id = ids.next_dial();
    push_pulls_.emplace(id, purpose);
    out.dials.push_back({id, purpose.to, std::move(message), true, now + config.stream_timeout});
}

void Node::preload(std::span<const Known> members, Instant now) {
    parts_->has_view = true;
    parts_->membership.reserve(members.size());
    parts_->members.reserve(members.size());
    for (const Known& known : members) {
        const auto id = parts_->membership.preload(known.member, known.incarnation, now);
        if (!id) continue;
        parts_->members.preload(known.member);
        parts_->detector.member_joined(*id);
    }
    parts_->spread_push_pull(now);
}

void Node::Parts::dial_push_pull(const PushPullDial& purpose, Instant now, Output& out) {
    dial(purpose, anti_entropy.state(purpose.options.is_join, now), now, out);
}

void Node::Parts::dial_digest(const Endpoint& to, Instant now, Output& out) {
    PushPullDial purpose{to};
    purpose.is_digest = true;
    dial(purpose, anti_entropy.digest(), now, out);
}

void Node::Parts::push_pull_ended(DialId id, const StreamMessage* answer, std::string_view why,
                                  Instant now, Output& out) {
    const auto at = push_pulls_.find(id);
    if (at == push_pulls_.end()) return;  // of a probe that is over
    const PushPullDial purpose = at->second;
    push_pulls_.erase(at);

    const auto* state = answer ? std::get_if<PushPull>(answer) : nullptr;
    Result<void> merged = make_error(Errc::Unavailable, std::string(why));
    if (state) {
        MergeOptions options = purpose.options;
        options.is_first = !has_view;
        merged = merge(*state, options, purpose.to, now, out);
        has_view = has_view || merged;
        if (purpose.is_digest && !state->digest.empty() && merged) {
            auto rest = anti_entropy.complement(state->digest, now);
            if (rest) dial({purpose.to}, std::move(*rest), now, out);
        }
    } else if (answer) {
        merged = make_error(Errc::Unsupported, "it answered with something else than its state");
    }
    if (!purpose.options.is_join) return;
    if (merged && !is_leaving()) {
        SerfOutput serf;
        members.announce_join(now, serf);
        take(std::move(serf), now, out);
    }
    out.events.push_back(event::JoinFinished{purpose.to, merged.has_value(),
                                             merged ? std::string() : merged.error().message()});
}

Result<void> Node::Parts::merge(const PushPull& state, const MergeOptions& options,
                                const Endpoint& from, Instant now, Output& out) {
    MembershipOutput nodes;
    const auto merged = membership.merge(state.nodes, now, nodes);
    if (!merged) {
        ++counters.merges_refused;
        if (merges_refused_.is_due(from.address.str(), now)) {
            out.events.push_back(event::MergeRefused{from, merged.error().message()});
        }
        return merged;
    }
    ++counters.merges;
    const bool is_small_mixed_ring =
        membership.strangers() > 0 && membership.table().size() <= kPassedOnMax;
    if (options.is_first && !is_small_mixed_ring) {
        // That is how it came to the ring, which knows all of it; of 10,000 it would talk for
        // minutes. Stock agents do it, and in a ring of theirs that many join at once it makes up
        // for what chance leaves out.
        std::erase_if(nodes.broadcasts,
                      [&](const auto& news) { return news.node != membership.self().name(); });
    }
    take(std::move(nodes), now, out);
    SerfOutput serf;
    const auto serf_merged = anti_entropy.merge_serf(state.user_state, options, now, serf);
    if (!serf_merged) counters.messages_unreadable.add(serf_merged.error().code);
    note_leap(serf, from, now, out);
    take(std::move(serf), now, out);
    return success();
}

}  // namespace weft::gossip
