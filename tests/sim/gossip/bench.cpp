#include "tests/sim/gossip/bench.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "tests/sim/gossip/bench_ring.hpp"
#include "tests/sim/gossip/bench_world.hpp"
#include "tests/sim/memberlist_model/rounds.hpp"

namespace weft::sim {

using std::chrono::seconds;

namespace {

void print_row(const std::string& what, const Samples& weft, const Samples& model) {
    const std::string other =
        model.size() == 0 ? std::string("-")
                          : fmt::format("{:.2f} / {:.2f} s", model.seconds(50), model.seconds(99));
    fmt::print("| {} | {:.2f} / {:.2f} s | {} |\n", what, weft.seconds(50), weft.seconds(99),
               other);
    std::fflush(stdout);
}

class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void print_steady_state(BenchRing& ring) {
    const Duration time = seconds(60);
    ring.settle(seconds(20));
    const auto before = ring.world().traffic();
    const std::uint64_t steps = ring.world().steps();
    const Stopwatch watch;
    ring.settle(time);
    const auto after = ring.world().traffic();
    const double node_seconds = static_cast<double>(ring.agents_up()) * 60;
    const auto rate = [&](std::uint64_t TrafficCounters::*counter) {
        return static_cast<double>(after.*counter - before.*counter) / node_seconds;
    };
    fmt::print("| quiet: datagrams a node-second | {:.2f} | - |\n",
               rate(&TrafficCounters::datagrams));
    fmt::print("| quiet: their bytes a node-second, with headers, without layers | {:.0f} | - |\n",
               rate(&TrafficCounters::datagram_bytes));
    fmt::print("| quiet: anti-entropy bytes a node-second, sent, uncompressed | {:.0f} | - |\n",
               rate(&TrafficCounters::stream_bytes));
    fmt::print("60 virtual seconds of {} agents took {:.1f} s, {} steps\n", ring.agents_up(),
               watch.seconds(), ring.world().steps() - steps);
    std::fflush(stdout);
}

}  // namespace

void run_bench(const BenchOptions& options) {
    const auto rounds = static_cast<std::size_t>(options.rounds);
    model::Config config;
    config.nodes = options.agents;
    const Stopwatch setup;
    BenchRing ring(options.agents, rounds, loopback(), options.seed);
    fmt::print("{} agents that know each other, after {:.1f} s; {} rounds\n\n", options.agents,
               setup.seconds(), options.rounds);
    fmt::print("| p50 / p99 | weft | memberlist model |\n|---|---|---|\n");

    BenchRing::Times events;
    const std::uint64_t before = ring.broadcasts_sent();
    for (int i = 0; i < options.rounds; ++i) ring.fire_event(events);
    ring.settle(seconds(5));
    const double transmissions = static_cast<double>(ring.broadcasts_sent() - before) /
                                 static_cast<double>(ring.agents_up()) / options.rounds;
    model::SpreadTimes model_events;
    model::SpreadTimes model_joins;
    model::CrashTimes model_crashes;
    if (options.with_model) {
        model_events = model::event_rounds(config, options.seed, options.rounds);
        model_joins = model::join_rounds(config, options.seed, options.rounds);
        model_crashes = model::crash_rounds(config, options.seed, options.rounds);
    }
    print_row("user event: half", events.half_know, model_events.half_know);
    print_row("user event: all", events.all_know, model_events.all_know);
    fmt::print("| transmissions of an event, per node | {:.1f} | - |\n", transmissions);
    print_steady_state(ring);

    BenchRing::Times joins;
    for (int i = 0; i < options.rounds; ++i) ring.join(joins);
    print_row("one joins: half", joins.half_know, model_joins.half_know);
    print_row("one joins: all", joins.all_know, model_joins.all_know);

    BenchRing::Times refused;
    for (int i = 0; i < options.rounds; ++i) ring.crash(Process::State::Dead, refused);
    print_row("kill -9, host refuses: half", refused.half_know, Samples{});
    print_row("kill -9, host refuses: all", refused.all_know, model_crashes.all_know);
    BenchRing::Times silent;
    for (int i = 0; i < options.rounds; ++i) ring.crash(Process::State::HostGone, silent);
    print_row("host gone: half", silent.half_know, Samples{});
    print_row("host gone: all", silent.all_know, model_crashes.all_know);
    fmt::print("failures of agents that ran: {}\n", ring.false_failures());
}

}  // namespace weft::sim
