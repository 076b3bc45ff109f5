#include "gossip/core/anti_entropy.hpp"

#include <array>
#include <cmath>

#include "gossip/core/encoded.hpp"
#include "gossip/wire/errc.hpp"

namespace weft::gossip {

namespace {

// Up to so many members the interval is the base's.
constexpr std::size_t kMembersUnscaled = 32;

}  // namespace

Duration push_pull_interval(Duration base, std::size_t members) {
    if (members <= kMembersUnscaled) return base;
    const double scale = std::ceil(std::log2(static_cast<double>(members)) -
                                   std::log2(static_cast<double>(kMembersUnscaled)));
    return base * (static_cast<int>(scale) + 1);
}

std::string AntiEntropy::serf_state(const StateDigest::Part* part) const {
    SerfPushPull state;
    state.time = members_.clock();
    state.event_time = events_.clock();
    state.query_time = queries_.clock();
    state.status_times.emplace();
    state.left_members.emplace();
    members_.table().for_each([&](auto, const SerfMember& member) {
        if (part && !part->has(member.name())) return;
        state.status_times->emplace_back(member.name(), member.status_time);
        if (member.status == MemberStatus::Left) state.left_members->push_back(member.name());
    });
    if (!part || part->has_events()) state.events = events_.kept();
    return encoded_blob(state);
}

std::string AntiEntropy::message(PushPullHeader header, const StateDigest::Part* part,
                                 Instant now) const {
    std::string nodes;
    ValueWriter writer(nodes);
    membership_.table().for_each([&](MemberId, const Member& member) {
        // Who is gone for long is news to nobody; peers forget them at the same time.
        if (is_gone(member.state) && now - member.since > config_.gossip_to_the_dead) return;
        if (part && !part->has(member.name())) return;
        const std::array<char, 6> versions = member.description->versions.bytes();
        write_record(writer, NodeRecord{member.name(), bytes_of(member.endpoint().address),
                                        member.endpoint().port, member.description->meta,
                                        member.incarnation, static_cast<std::int64_t>(member.state),
                                        std::string_view(versions.data(), versions.size())});
        ++header.nodes;
    });
    const std::string serf = serf_state(part);
    header.user_state_bytes = static_cast<std::int64_t>(serf.size());
    std::string message;
    append_push_pull_head(message, header);
    message += nodes;
    message += serf;
    return message;
}

std::string AntiEntropy::state(bool join, Instant now) const {
    PushPullHeader header;
    header.join = join;
    return message(header, nullptr, now);
}

StateDigest AntiEntropy::digest_of(std::size_t buckets) const {
    return {buckets, membership_, members_, events_};
}

std::string AntiEntropy::digest() const {
    const std::string bytes =
        digest_of(StateDigest::buckets_for(membership_.table().size())).encode();
    PushPullHeader header;
    header.digest = bytes;
    std::string message;
    append_push_pull_head(message, header);
    return message;
}

std::optional<std::string> AntiEntropy::answer_digest(std::string_view digest, Instant now) const {
    const auto theirs = StateDigest::decode(digest);
    if (!theirs) return std::nullopt;
    const StateDigest ours = digest_of(theirs->buckets());
    const StateDigest::Part part = ours.difference(*theirs);
    const std::string bytes = ours.encode();
    PushPullHeader header;
    header.digest = bytes;
    header.part = true;
    return message(header, &part, now);
}

std::optional<std::string> AntiEntropy::complement(std::string_view their_digest,
                                                   Instant now) const {
    const auto theirs = StateDigest::decode(their_digest);
    if (!theirs) return std::nullopt;
    // Of what we hold now, after the merge: what the other told us is equal by now.
    const StateDigest::Part part = digest_of(theirs->buckets()).difference(*theirs);
    if (part.is_empty()) return std::nullopt;
    PushPullHeader header;
    header.part = true;
    return message(header, &part, now);
}

Result<void> AntiEntropy::merge_serf(std::string_view blob, const MergeOptions& options,
                                     Instant now, SerfOutput& out) {
    if (blob.empty()) return success();
    WEFT_TRY(const auto message, decode_serf(blob));
    const auto* state = std::get_if<SerfPushPull>(&message);
    if (!state) return make_error(WireErrc::UnknownType);
    members_.merge(*state, options.is_join, now, out);
    events_.merge(*state, options, out);
    queries_.merge(*state, options.is_join, out);
    return success();
}

}  // namespace weft::gossip
