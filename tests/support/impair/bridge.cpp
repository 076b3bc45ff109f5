#include "tests/support/impair/bridge.hpp"

#include <algorithm>
#include <utility>

#include "agent/base/assert.hpp"

namespace weft::test {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

// The dice of a lane's k-th frame.
Rng dice_of(std::uint64_t seed, std::size_t link, Protocol protocol, std::uint64_t frame_number) {
    const std::uint64_t lane = link * kProtocols + static_cast<std::size_t>(protocol);
    return Rng(seed ^ Rng(lane * kGolden + frame_number).next());
}

Duration sending_time(std::size_t bytes, std::uint64_t rate) {
    return Duration(static_cast<std::int64_t>(bytes * 8 * 1'000'000'000 / rate));
}

}  // namespace

Bridge::Bridge(const BridgeConfig& config) : config_(config), links_(config.ports * config.ports) {}

bool Bridge::later(const Waiting& a, const Waiting& b) {
    return a.due != b.due ? a.due > b.due : a.sequence > b.sequence;
}

std::size_t Bridge::index(std::size_t from, std::size_t to) const {
    WEFT_ASSERT(from >= 1 && from <= config_.ports && to >= 1 && to <= config_.ports);
    return (from - 1) * config_.ports + (to - 1);
}

Bridge::Lane& Bridge::lane(std::size_t from, std::size_t to, Protocol protocol) {
    return links_[index(from, to)].lanes[static_cast<std::size_t>(protocol)];
}

const Rule& Bridge::rule(std::size_t from, std::size_t to, Protocol protocol) const {
    return links_[index(from, to)].lanes[static_cast<std::size_t>(protocol)].rule;
}

const Counters& Bridge::counters(std::size_t from, std::size_t to, Protocol protocol) const {
    return links_[index(from, to)].lanes[static_cast<std::size_t>(protocol)].counters;
}

void Bridge::offer(std::size_t from, Frame frame, Instant now) {
    const std::optional<std::size_t> to = destination_of(frame);
    if (!to || *to > config_.ports || *to == from) {
        ++strays_;
        return;
    }
    const Protocol protocol = protocol_of(frame);
    if (*to != 0) {
        pass(from, *to, protocol, std::move(frame), now);
        return;
    }
    for (std::size_t other = 1; other <= config_.ports; ++other) {
        if (other != from) pass(from, other, protocol, frame, now);
    }
}

void Bridge::pass(std::size_t from, std::size_t to, Protocol protocol, Frame frame, Instant now) {
    Lane& lane = this->lane(from, to, protocol);
    Counters& counters = lane.counters;
    ++counters.offered;
    counters.bytes += frame.size();
    Rng dice = dice_of(config_.seed, index(from, to), protocol, counters.offered);
    const Fate fate = draw_fate(lane.rule, dice);
    if (lane.rule.block) {
        ++counters.blocked;
        return;
    }
    if (fate.lost) {
        ++counters.lost;
        return;
    }
    if (fate.corrupted && flip_bit(frame, fate.bit, lane.rule.checksum)) ++counters.corrupted;
    if (fate.duplicated) {
        ++counters.duplicated;
        send(from, to, protocol, frame, fate.travel[1], now);
    }
    send(from, to, protocol, std::move(frame), fate.travel[0], now);
}

bool Bridge::hold(Lane& lane, const Frame& frame) {
    if (held_bytes_ + frame.size() > config_.held_bytes_max) {
        ++lane.counters.overflowed;
        return false;
    }
    held_bytes_ += frame.size();
    ++lane.counters.held;
    return true;
}

void Bridge::send(std::size_t from, std::size_t to, Protocol protocol, Frame frame, Travel travel,
                  Instant now) {
    Link& link = links_[index(from, to)];
    Lane& lane = link.lanes[static_cast<std::size_t>(protocol)];
    const Rule& rule = lane.rule;
    if (rule.clog) {
        if (lane.clogged_bytes + frame.size() > rule.queue_bytes) {
            ++lane.counters.overflowed;
            return;
        }
        if (!hold(lane, frame)) return;
        lane.clogged_bytes += frame.size();
        lane.clogged.push_back({std::move(frame), travel});
        return;
    }
    Instant left = now;
    if (rule.rate != 0) {
        const Instant start = std::max(now, link.pipe_free);
        if (start - now > sending_time(rule.queue_bytes, rule.rate)) {
            ++lane.counters.overflowed;
            return;
        }
        left = start + sending_time(frame.size(), rule.rate);
    }
    if (!hold(lane, frame)) return;
    if (rule.rate != 0) link.pipe_free = left;
    Instant due = left + travel.delay;
    if (travel.overtaken) {
        ++lane.counters.overtaken;
    } else if (rule.ordered) {
        due = std::max(due, lane.last_due);
        lane.last_due = due;
    }
    waiting_.push_back({due, ++sequence_, from, to, protocol, std::move(frame)});
    std::push_heap(waiting_.begin(), waiting_.end(), later);
}

void Bridge::release(std::size_t from, std::size_t to, Protocol protocol, Instant now) {
    Lane& lane = this->lane(from, to, protocol);
    std::deque<Clogged> clogged = std::exchange(lane.clogged, {});
    held_bytes_ -= std::exchange(lane.clogged_bytes, 0);
    lane.counters.held -= clogged.size();
    for (Clogged& held : clogged) send(from, to, protocol, std::move(held.frame), held.travel, now);
}

std::optional<Bridge::Delivery> Bridge::next(Instant now) {
    if (waiting_.empty() || waiting_.front().due > now) return std::nullopt;
    std::pop_heap(waiting_.begin(), waiting_.end(), later);
    Waiting first = std::move(waiting_.back());
    waiting_.pop_back();
    held_bytes_ -= first.frame.size();
    Counters& counters = lane(first.from, first.to, first.protocol).counters;
    --counters.held;
    ++counters.delivered;
    return Delivery{first.to, std::move(first.frame)};
}

std::optional<Instant> Bridge::next_deadline() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().due;
}

void Bridge::set_rule(std::size_t from, std::size_t to, Protocol protocol, const Rule& rule,
                      Instant now) {
    Lane& lane = this->lane(from, to, protocol);
    lane.rule = rule;
    if (!rule.clog) release(from, to, protocol, now);
}

}  // namespace weft::test
