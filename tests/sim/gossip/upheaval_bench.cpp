#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "tests/sim/gossip/bench.hpp"
#include "tests/sim/gossip/bench_world.hpp"
#include "tests/sim/gossip/upheaval.hpp"

namespace weft::sim {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::string outcome_of(Duration took) {
    if (took >= Upheaval::kPatience) {
        return fmt::format("not within {:.0f} s", in_seconds(Upheaval::kPatience));
    }
    return fmt::format("{:.1f} s", in_seconds(took));
}

void print_row(const std::string& what, const std::string& result, double& cpu_before) {
    const double now = cpu_seconds();
    fmt::print("| {} | {} | {:.0f} s |\n", what, result, now - cpu_before);
    std::fflush(stdout);
    cpu_before = now;
}

void print_blocked(const BenchOptions& options, Duration period, double& cpu_before) {
    Upheaval ring(options.agents, 0, loopback(), options.seed);
    const Upheaval::Blocked blocked = ring.block_some(0.05, period, minutes(6));
    print_row(
        fmt::format("{} do nothing for 90 % of each {:.0f} s: failures of the others, in {:.0f} "
                    "hours of one agent",
                    blocked.agents, in_seconds(period), blocked.hours_of_others),
        fmt::format("{}", blocked.failures_of_others), cpu_before);
    print_row("the same: failures of those", fmt::format("{}", blocked.failures_of_blocked),
              cpu_before);
}

}  // namespace

void run_upheaval_bench(const BenchOptions& options) {
    double cpu = cpu_seconds();
    fmt::print("| {} agents | | CPU of it |\n|---|---|---|\n", options.agents);
    {
        const std::size_t newcomers = options.agents / 10;
        Upheaval ring(options.agents, newcomers, loopback(), options.seed);
        print_row(fmt::format("{} more start within a second: all know all, after the last start",
                              newcomers),
                  outcome_of(ring.newcomers_join()), cpu);
    }
    {
        Upheaval ring(options.agents, 0, loopback(), options.seed);
        print_row("each is killed and started again, all within 30 s: all know all, after that",
                  outcome_of(ring.all_restart(seconds(30))), cpu);
    }
    print_blocked(options, seconds(1), cpu);
    // Those fail each time, and to tell everybody so takes a large ring hours of this machine.
    constexpr std::size_t kAgentsMost = 1000;
    if (options.agents <= kAgentsMost) print_blocked(options, seconds(10), cpu);
}

}  // namespace weft::sim
