#include <cmath>

#include "tests/sim/gossip/scenario.hpp"

// Faults of the network that last a while; those of single messages are the network's own.
namespace weft::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kNetworkStreams = 200;

// 200 ms to a minute, log-uniform.
Duration some_time(Rng& rng) {
    return Duration(static_cast<std::int64_t>(0.2e9 * std::pow(300.0, rng.unit())));
}

}  // namespace

void Scenario::schedule_network_faults() {
    const auto on = [&](Fault fault, void (Scenario::*strike)(Rng&)) {
        repeat(mix_.rate(fault), rng_of(kNetworkStreams + static_cast<std::uint64_t>(fault)),
               [this, strike](Rng& rng) {
                   ++faults_;
                   (this->*strike)(rng);
               });
    };
    on(Fault::OneWay, &Scenario::one_way);
    on(Fault::Partition, &Scenario::partition);
    on(Fault::Partial, &Scenario::partial);
    on(Fault::Clog, &Scenario::clog);
}

void Scenario::one_way(Rng& rng) {
    const auto host = static_cast<HostIndex>(rng.below(world_.size()));
    const bool is_deaf = rng.below(2) == 0;
    const Duration time = some_time(rng);
    const auto set = [this, host, is_deaf](bool is_on) {
        is_deaf ? world_.network().set_deaf(host, is_on) : world_.network().set_mute(host, is_on);
    };
    set(true);
    world_.call_at(world_.now() + time, [set] { set(false); });
}

void Scenario::partition(Rng& rng) {
    std::vector<std::uint8_t> groups(world_.size());
    const double share = rng.unit();
    for (auto& group : groups) group = rng.unit() < share ? 1 : 0;
    const Duration time = some_time(rng);
    world_.network().set_partition(groups);
    world_.call_at(world_.now() + time, [this, number = ++partitions_] {
        if (number == partitions_) world_.network().set_partition({});
    });
}

void Scenario::partial(Rng& rng) {
    const auto from = static_cast<HostIndex>(rng.below(world_.size()));
    const auto to = static_cast<HostIndex>(rng.below(world_.size()));
    const bool both = rng.below(2) == 0;
    const Duration time = some_time(rng);
    const auto set = [this, from, to, both](bool is_cut) {
        world_.network().set_cut(from, to, is_cut);
        if (both) world_.network().set_cut(to, from, is_cut);
    };
    set(true);
    world_.call_at(world_.now() + time, [set] { set(false); });
}

// Stops a random subset one after the other and releases them in another order ("swizzle").
void Scenario::clog(Rng& rng) {
    for (HostIndex host = 0; host < world_.size(); ++host) {
        if (rng.below(3) != 0) continue;
        const Duration begin = milliseconds(rng.below(1000));
        const Duration end = begin + some_time(rng) / 3;
        world_.call_at(world_.now() + begin, [this, host, until = world_.now() + end] {
            if (!is_healed_) world_.network().clog(host, until);
        });
    }
}

}  // namespace weft::sim
