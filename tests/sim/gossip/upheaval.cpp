#include "tests/sim/gossip/upheaval.hpp"

#include <algorithm>
#include <array>

#include "tests/sim/gossip/bench_world.hpp"

namespace weft::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kStep = milliseconds(100);
constexpr Duration kJoinAgain = seconds(1);

Duration at_random(Rng& rng, Duration below) {
    return Duration(rng.below(static_cast<std::uint64_t>(below.count())));
}

}  // namespace

Upheaval::Upheaval(std::size_t agents, std::size_t newcomers, const NetworkConfig& network,
                   std::uint64_t seed)
    : rng_(seed),
      world_(bench_world_config(agents + newcomers, network), rng_.next()),
      alive_at_(agents + newcomers),
      is_blocked_(agents + newcomers) {
    ring_ = start_ring(world_, agents);
    for (const AgentIndex index : ring_) alive_at_[index] = agents - 1;
    pairs_ = agents * (agents - 1);
    world_.set_observer(this);
    settle(seconds(15));
}

Duration Upheaval::newcomers_join() {
    const std::size_t known = ring_.size();
    for (auto index = static_cast<AgentIndex>(known); index < world_.size(); ++index) {
        ring_.push_back(index);
        world_.call_at(world_.now() + at_random(rng_, seconds(1)), [this, index] { start(index); });
    }
    settle(seconds(1));
    return until_complete();
}

Duration Upheaval::all_restart(Duration within) {
    for (const AgentIndex index : ring_) {
        const Instant dies = world_.now() + at_random(rng_, within - seconds(2));
        world_.call_at(dies, [this, index] { kill(index); });
        world_.call_at(dies + seconds(1) + at_random(rng_, seconds(1)),
                       [this, index] { start(index); });
    }
    settle(within);
    return until_complete();
}

Upheaval::Blocked Upheaval::block_some(double share, Duration period, Duration time) {
    blocked_ = {};
    blocked_.agents = static_cast<std::size_t>(share * static_cast<double>(ring_.size()));
    const Instant until = world_.now() + time;
    for (std::size_t i = 0; i < blocked_.agents; ++i) {
        AgentIndex index = 0;
        do {
            index = ring_[rng_.below(ring_.size())];
        } while (is_blocked_[index]);
        is_blocked_[index] = true;
        world_.call_at(world_.now() + at_random(rng_, period),
                       [this, index, period, until] { keep_blocking(index, period, until); });
    }
    settle(time);
    blocked_.hours_of_others = static_cast<double>(ring_.size() - blocked_.agents) *
                               std::chrono::duration<double, std::ratio<3600>>(time).count();
    return blocked_;
}

void Upheaval::keep_blocking(AgentIndex index, Duration period, Instant until) {
    if (world_.now() >= until) return;
    world_.pause(index);
    world_.call_at(world_.now() + period * 9 / 10, [this, index] { world_.resume(index); });
    world_.call_at(world_.now() + period,
                   [this, index, period, until] { keep_blocking(index, period, until); });
}

void Upheaval::start(AgentIndex index) {
    world_.start(index);
    keep_joining(index);
}

void Upheaval::kill(AgentIndex index) {
    world_.end(index, Process::State::Dead);
    pairs_ -= alive_at_[index];
    alive_at_[index] = 0;
}

void Upheaval::keep_joining(AgentIndex index) {
    if (world_.agent(index).is_joined) return;
    const AgentIndex seed = ring_[rng_.below(ring_.size())];
    if (seed != index && world_.agent(seed).is_up()) world_.join(index, std::array{seed});
    world_.call_at(world_.now() + kJoinAgain, [this, index] { keep_joining(index); });
}

Duration Upheaval::until_complete() {
    const Instant begin = world_.now();
    const std::uint64_t all = ring_.size() * (ring_.size() - 1);
    while (pairs_ != all && world_.now() < begin + kPatience) settle(kStep);
    return world_.now() - begin;
}

void Upheaval::on_event(AgentIndex at, const gossip::Event& event) {
    if (const auto* finished = std::get_if<gossip::event::JoinFinished>(&event)) {
        world_.agent(at).is_joined |= finished->joined;
    }
    const auto* joined = std::get_if<gossip::event::MemberJoined>(&event);
    if (joined != nullptr && index_of_name(joined->member->name) != at) {
        ++alive_at_[at];
        ++pairs_;
    }
    if (const auto* failed = std::get_if<gossip::event::MemberFailed>(&event)) {
        --alive_at_[at];
        --pairs_;
        const AgentIndex index = index_of_name(failed->member->name);
        if (is_blocked_[index]) {
            ++blocked_.failures_of_blocked;
        } else if (world_.agent(index).is_up()) {
            ++blocked_.failures_of_others;
        }
    }
}

}  // namespace weft::sim
