#include "tests/sim/gossip/bench_ring.hpp"

#include <fmt/format.h>

#include <array>

#include "tests/sim/gossip/bench_world.hpp"

namespace weft::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kStep = milliseconds(100);

}  // namespace

BenchRing::BenchRing(std::size_t agents, std::size_t spare, const NetworkConfig& network,
                     std::uint64_t seed)
    : rng_(seed),
      world_(bench_world_config(agents + spare, network), rng_.next()),
      next_spare_(static_cast<AgentIndex>(agents)),
      subject_(static_cast<AgentIndex>(agents + spare)) {
    up_ = start_ring(world_, agents);
    world_.set_observer(this);
    settle(seconds(15));
}

AgentIndex BenchRing::take_random() {
    const std::size_t place = rng_.below(up_.size());
    const AgentIndex index = up_[place];
    up_.erase(up_.begin() + static_cast<std::ptrdiff_t>(place));
    return index;
}

void BenchRing::crash(Process::State state, Times& times) {
    settle(milliseconds(2000 + rng_.below(2000)));
    const AgentIndex victim = take_random();
    subject_ = victim;
    begin_ = world_.now();
    world_.end(victim, state);
    await(times, up_.size());
    settle(seconds(1));
    world_.start(victim);
    world_.join(victim, std::array{up_[rng_.below(up_.size())]});
    up_.push_back(victim);
    settle(seconds(5));
}

void BenchRing::join(Times& times) {
    settle(milliseconds(2000 + rng_.below(2000)));
    const AgentIndex seed = up_[rng_.below(up_.size())];
    const AgentIndex newcomer = next_spare_++;
    subject_ = newcomer;
    begin_ = world_.now();
    world_.start(newcomer);
    world_.join(newcomer, std::array{seed});
    await(times, up_.size());
    up_.push_back(newcomer);
}

void BenchRing::fire_event(Times& times) {
    settle(milliseconds(2000 + rng_.below(2000)));
    event_ = fmt::format("event-{}", events_fired_++);
    begin_ = world_.now();
    world_.with_node(up_[rng_.below(up_.size())], [&](gossip::Node& node, gossip::Output& out) {
        (void)node.fire_event(event_, "payload", false, world_.now(), out);
    });
    await(times, up_.size());
    event_.clear();
}

void BenchRing::await(Times& times, std::size_t all) {
    const Instant end = begin_ + kPatience;
    while (heard_.size() < all && world_.now() < end) world_.run_until(world_.now() + kStep);
    times.half_know.add(heard_.size() > all / 2 ? heard_[all / 2] : kPatience);
    times.all_know.add(heard_.size() >= all ? heard_[all - 1] : kPatience);
    subject_ = static_cast<AgentIndex>(world_.size());
    heard_.clear();
}

std::uint64_t BenchRing::broadcasts_sent() const {
    std::uint64_t sum = 0;
    for (const AgentIndex index : up_) {
        sum += world_.agent(index).node().counters().broadcasts_sent;
    }
    return sum;
}

void BenchRing::on_event(AgentIndex at, const gossip::Event& event) {
    if (const auto* failed = std::get_if<gossip::event::MemberFailed>(&event)) {
        if (subject_ < world_.size() && failed->member->name == world_.agent(subject_).name) {
            heard_.push_back(world_.now() - begin_);
        }
        const AgentIndex index = index_of_name(failed->member->name);
        if (world_.agent(index).is_up()) ++false_failures_;
    }
    const auto* joined = std::get_if<gossip::event::MemberJoined>(&event);
    if (joined != nullptr && subject_ < world_.size() && at != subject_ &&
        joined->member->name == world_.agent(subject_).name) {
        heard_.push_back(world_.now() - begin_);
    }
    const auto* user = std::get_if<gossip::event::UserEvent>(&event);
    if (user != nullptr && user->name == event_) heard_.push_back(world_.now() - begin_);
}

}  // namespace weft::sim
