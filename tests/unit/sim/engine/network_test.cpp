#include "tests/sim/engine/network.hpp"

#include <gtest/gtest.h>

namespace weft::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMessages = 4000;
constexpr Instant kNow{seconds(100)};

FaultMix only(Fault fault) {
    Rng rng(11);
    FaultMix mix = FaultMix::draw(rng);
    for (std::size_t i = 0; i < kFaults; ++i) mix.turn_off(static_cast<Fault>(i));
    mix.turn_on(fault);
    return mix;
}

struct Seen {
    int lost = 0;
    int twice = 0;
    int corrupt = 0;
    int late = 0;  // by more than 10 ms
    int overtaken = 0;
};

Seen send_many(Network& network) {
    Seen seen;
    Instant last = Instant::min();
    for (int i = 0; i < kMessages; ++i) {
        const auto flight = network.datagram(0, 1, kNow + milliseconds(i));
        if (flight.count == 0) ++seen.lost;
        if (flight.count == 0) continue;
        if (flight.count == 2) ++seen.twice;
        if (flight.is_corrupt) ++seen.corrupt;
        if (flight.arrivals[0] > kNow + milliseconds(i + 10)) ++seen.late;
        if (flight.arrivals[0] < last) ++seen.overtaken;
        last = std::max(last, flight.arrivals[0]);
    }
    return seen;
}

Network network_with(const FaultMix& mix) {
    return Network({.hosts = 4}, mix, 1);
}

TEST(Network, DeliversAllOnceInItsLatencyWithoutFaults) {
    Network network = network_with({});
    const Seen seen = send_many(network);
    EXPECT_EQ(seen.lost + seen.twice + seen.corrupt + seen.late, 0);
}

TEST(Network, EachFaultDoesWhatItSaysAtItsRate) {
    const auto expect_rate = [](int count, const FaultMix& mix, Fault fault) {
        EXPECT_NEAR(count, kMessages * mix.rate(fault), 5 + kMessages * mix.rate(fault) * 0.3)
            << to_string(fault);
    };
    for (const Fault fault : {Fault::Loss, Fault::Duplicate, Fault::Corrupt}) {
        const FaultMix mix = only(fault);
        Network network = network_with(mix);
        const Seen seen = send_many(network);
        expect_rate(seen.lost, mix, Fault::Loss);
        expect_rate(seen.twice, mix, Fault::Duplicate);
        expect_rate(seen.corrupt, mix, Fault::Corrupt);
    }
    Network slow = network_with(only(Fault::Delay));
    EXPECT_GT(send_many(slow).late, 0);
    Network shuffled = network_with(only(Fault::Reorder));
    EXPECT_GT(send_many(shuffled).overtaken, 0);
}

TEST(Network, CutsOneDirectionAlone) {
    Network network = network_with({});
    network.set_cut(0, 1, true);
    EXPECT_EQ(network.datagram(0, 1, kNow).count, 0U);
    EXPECT_EQ(network.datagram(1, 0, kNow).count, 1U);
    EXPECT_FALSE(network.stream(1, 0, kNow)) << "a connection needs both";
    network.set_cut(0, 1, false);
    EXPECT_EQ(network.datagram(0, 1, kNow).count, 1U);
}

TEST(Network, DeafHostsSendAndMuteOnesReceive) {
    Network network = network_with({});
    network.set_deaf(0, true);
    network.set_mute(1, true);
    EXPECT_FALSE(network.is_cut(0, 2));
    EXPECT_TRUE(network.is_cut(2, 0));
    EXPECT_TRUE(network.is_cut(1, 2));
    EXPECT_FALSE(network.is_cut(2, 1));
    network.heal(0);
    EXPECT_FALSE(network.is_cut(2, 0));
}

TEST(Network, PartitionsSeparateGroupsUntilHealed) {
    Network network = network_with({});
    network.set_partition({0, 0, 1, 1});
    EXPECT_FALSE(network.is_cut(0, 1));
    EXPECT_TRUE(network.is_cut(0, 2));
    EXPECT_FALSE(network.stream(3, 1, kNow));
    network.heal();
    EXPECT_FALSE(network.is_cut(0, 2));
}

TEST(Network, ClogsHoldBackAndFlushInAnotherOrder) {
    Network network = network_with({});
    const Instant until = kNow + seconds(5);
    network.clog(1, until);
    int overtaken = 0;
    Instant last = Instant::min();
    for (int i = 0; i < 100; ++i) {
        const auto flight = network.datagram(0, 1, kNow + milliseconds(i));
        ASSERT_EQ(flight.count, 1U);
        EXPECT_GE(flight.arrivals[0], until);
        EXPECT_LE(flight.arrivals[0], until + milliseconds(10));
        if (flight.arrivals[0] < last) ++overtaken;
        last = flight.arrivals[0];
    }
    EXPECT_GT(overtaken, 20);
    EXPECT_LT(network.datagram(0, 2, kNow).arrivals[0], until);
}

TEST(Network, LossDelaysStreamsAndTroubledOnesAreSlowOrStuck) {
    Network lossy = network_with(only(Fault::Loss));
    Network troubled = network_with(only(Fault::Streams));
    int delayed = 0;
    int stuck = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto arrival = lossy.stream(0, 1, kNow);
        ASSERT_TRUE(arrival);
        if (*arrival > kNow + milliseconds(200)) ++delayed;
        if (!troubled.stream(0, 1, kNow)) ++stuck;
    }
    EXPECT_GT(delayed, 0);
    EXPECT_GT(stuck, 0);
}

TEST(Network, TheSameSeedGivesTheSameFlights) {
    Rng rng(2);
    const FaultMix mix = FaultMix::draw(rng);
    Network one({.hosts = 4}, mix, 9);
    Network two({.hosts = 4}, mix, 9);
    for (int i = 0; i < 500; ++i) {
        const auto a = one.datagram(0, 1, kNow);
        const auto b = two.datagram(0, 1, kNow);
        ASSERT_EQ(a.count, b.count);
        ASSERT_EQ(a.arrivals, b.arrivals);
    }
}

}  // namespace
}  // namespace weft::sim
