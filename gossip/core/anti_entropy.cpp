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

std::string AntiEntropy::serf_state() const {
    SerfPushPull state;
    state.time = members_.clock();
    state.event_time = events_.clock();
    state.query_time = queries_.clock();
    state.status_times.emplace();
    state.left_members.emplace();
    state.status_times->reserve(members_.table().size());
    members_.table().for_each([&](auto, const SerfMember& member) {
        state.status_times->emplace_back(member.name(), member.status_time);
        if (member.status == MemberStatus::Left) state.left_members->push_back(member.name());
    });
    state.events = events_.kept();
    return encoded_blob(state);
}

std::string AntiEntropy::state(bool join, Instant now) const {
    std::string nodes;
    ValueWriter writer(nodes);
    std::int64_t count = 0;
    membership_.table().for_each([&](MemberId, const Member& member) {
        // Who is gone for long is news to nobody; peers forget them at the same time.
        if (is_gone(member.state) && now - member.since > config_.gossip_to_the_dead) return;
        const std::array<char, 6> versions = member.description->versions.bytes();
        write_record(writer, NodeRecord{member.name(), bytes_of(member.endpoint().address),
                                        member.endpoint().port, member.description->meta,
                                        member.incarnation, static_cast<std::int64_t>(member.state),
                                        std::string_view(versions.data(), versions.size())});
        ++count;
    });
    const std::string serf = serf_state();
    std::string message;
    append_push_pull_head(message, {join, count, static_cast<std::int64_t>(serf.size())});
    message += nodes;
    message += serf;
    return message;
}

Result<void> AntiEntropy::merge_serf(std::string_view blob, bool ignore_old_events, Instant now,
                                     SerfOutput& out) {
    if (blob.empty()) return success();
    WEFT_TRY(const auto message, decode_serf(blob));
    const auto* state = std::get_if<SerfPushPull>(&message);
    if (!state) return make_error(WireErrc::UnknownType);
    members_.merge(*state, now, out);
    events_.merge(*state, ignore_old_events, out);
    queries_.merge(*state);
    return success();
}

}  // namespace weft::gossip
