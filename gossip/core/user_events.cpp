#include "gossip/core/user_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gossip/core/encoded.hpp"
#include "gossip/core/hash.hpp"

namespace weft::gossip {

namespace {

// Of one Lamport time. So many are only sent by somebody who means harm: further ones are dropped.
constexpr std::size_t kEventsAtTimeMax = 128;
// What peers take in any case.
constexpr std::size_t kEventBytesHardMax = 9 << 10;
// All of them go into each full view of the ring, of which peers take 20 MiB.
constexpr std::size_t kKeptBytesMax = std::size_t{1} << 20;
constexpr std::string_view kEventClock = "event";

}  // namespace

UserEvents::UserEvents(const NodeConfig& config)
    : config_(config), time_min_(config.event_time_min) {
    clock_.restore(config.event_time_min);
}

bool UserEvents::take(const UserEvent& event, SerfOutput& out) {
    if (!witness(clock_, kEventClock, event.time, out)) return false;
    if (event.time < forgotten_before_) return false;
    const std::string_view payload = event.payload.value_or(std::string_view());
    if (event.name.size() + payload.size() > kEventBytesHardMax) {
        out.refused.push_back(Refusal::EventTooLarge);
        return false;
    }
    std::vector<Kept>& events = kept_[event.time];
    for (const Kept& kept : events) {
        if (kept.name == event.name && kept.payload == payload) return false;
    }
    if (events.size() >= kEventsAtTimeMax) {
        out.refused.push_back(Refusal::Flood);
        return false;
    }
    events.push_back({std::string(event.name), std::string(payload)});
    kept_bytes_ += events.back().bytes();
    forget_old();
    if (event.time < time_min_) return true;
    ++received_;
    out.events.push_back(event::UserEvent{event.time, std::string(event.name), std::string(payload),
                                          event.coalesce});
    return true;
}

void UserEvents::forget_old() {
    while (kept_.size() > config_.event_buffer || kept_bytes_ > kKeptBytesMax) {
        dropped_early_ += kept_.size() > config_.event_buffer ? 0 : 1;
        forgotten_before_ = kept_.begin()->first + 1;
        for (const Kept& kept : kept_.begin()->second) kept_bytes_ -= kept.bytes();
        kept_.erase(kept_.begin());
    }
}

void UserEvents::handle(const UserEvent& event, std::string_view blob, SerfOutput& out) {
    if (!take(event, out)) return;
    out.broadcasts.push_back({Dissemination::Kind::UserEvents, std::string(blob)});
}

Result<void> UserEvents::fire(std::string_view name, std::string_view payload, bool coalesce,
                              SerfOutput& out) {
    const UserEvent event{clock_.time(), name, payload, coalesce};
    const std::string blob = encoded_blob(event);
    if (std::max(name.size() + payload.size(), blob.size()) > config_.event_bytes_max) {
        return make_error(
            Errc::Limit,
            fmt::format("user event {} takes {} bytes with its payload, the limit is {}", name,
                        blob.size(), config_.event_bytes_max));
    }
    if (!take(event, out)) {
        return make_error(Errc::Limit, fmt::format("user event {} is not told: as many have "
                                                   "happened as the ring's clock can count",
                                                   name));
    }
    out.broadcasts.push_back({Dissemination::Kind::UserEvents, blob});
    return success();
}

void UserEvents::pass_on(const UserEvent& event, SerfOutput& out) const {
    std::string blob = encoded_blob(event);
    if (blob.size() > config_.event_bytes_max) return;  // too large for some peers' datagrams
    out.broadcasts.push_back({Dissemination::Kind::UserEvents, std::move(blob)});
}

void UserEvents::merge(const SerfPushPull& state, const MergeOptions& options, SerfOutput& out) {
    if (!meet(clock_, kEventClock, state.event_time, options.is_join, out)) return;
    if (options.ignore_old_events) time_min_ = std::max(time_min_, state.event_time);
    if (!state.events) return;
    for (const auto& slot : *state.events) {
        if (!slot || !slot->events) continue;
        for (const PastEvent& past : *slot->events) {
            const UserEvent event{slot->time, past.name, past.payload, false};
            const bool is_news = take(event, out);
            if (is_news && !options.is_join && event.time >= time_min_) pass_on(event, out);
        }
    }
}

std::uint64_t UserEvents::digest() const {
    std::uint64_t sum = 0;
    for (const auto& [time, events] : kept_) {
        for (const Kept& kept : events) {
            sum += hash_of(time, hash_of(kept.name), hash_of(kept.payload));
        }
    }
    return sum;
}

std::vector<std::optional<EventsAtTime>> UserEvents::kept() const {
    std::vector<std::optional<EventsAtTime>> all;
    all.reserve(kept_.size());
    for (const auto& [time, kept_then] : kept_) {
        std::vector<PastEvent> events;
        for (const Kept& kept : kept_then) {
            events.push_back({kept.name, std::string_view(kept.payload)});
        }
        all.emplace_back(EventsAtTime{time, std::move(events)});
    }
    return all;
}

}  // namespace weft::gossip
