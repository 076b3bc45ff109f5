#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/strong_id.hpp"
#include "agent/base/time.hpp"

namespace weft::agent {

// One definition of a check in operation; a changed definition gets a new one, so that a late
// result of the old is known.
using CheckRun = StrongId<struct CheckRunTag, std::uint64_t>;

// Scripts cost a process each and have a bound of their own.
enum class Lane : std::uint8_t { Probe, Script };

struct SchedulerConfig {
    std::uint32_t max_running_probes = 512;
    std::uint32_t max_running_scripts = 64;
    Duration start_spacing =
        std::chrono::microseconds(500);  // between first runs, once the burst is used up
    std::uint32_t start_burst = 500;     // first runs that may start together
};

// When to run which check. A new check runs at once; if thousands come together their first runs
// are spaced. Later runs follow at the interval from start to start, after a first gap of random
// length, so that checks that were registered together spread out. A run that takes longer than the
// interval delays the next by a whole interval. Keeps no timer.
class CheckScheduler {
public:
    CheckScheduler(const SchedulerConfig& config, Rng& rng) : config_(config), rng_(rng) {}

    void add(CheckRun run, Duration interval, Lane lane, Instant now);
    // A run under way goes on and must still be told to finished().
    void remove(CheckRun run);

    // The checks to start now, as far as the bounds allow; each must be told to finished() once.
    std::vector<CheckRun> take_due(Instant now);
    void finished(CheckRun run, Instant now);

    // When take_due() has something to do; Instant::max() if not before a finished().
    Instant next_deadline() const;

    std::size_t size() const { return entries_.size(); }
    std::size_t running() const { return running_[0] + running_[1]; }
    std::size_t waiting() const { return waiting_[0].size() + waiting_[1].size(); }

private:
    struct Entry {
        Duration interval;
        Lane lane;
        Instant due;
        bool running = false;
        bool removed = false;
        bool has_run = false;
    };

    Instant first_run(Instant now);
    std::uint32_t limit(std::size_t lane) const;
    void start_waiting(std::size_t lane, Instant now, std::vector<CheckRun>& started);

    SchedulerConfig config_;
    Rng& rng_;
    std::unordered_map<CheckRun, Entry> entries_;
    std::set<std::pair<Instant, CheckRun>> queue_;
    std::deque<CheckRun> waiting_[2];  // due, but all places of their lane are taken
    std::size_t running_[2] = {0, 0};
    Instant next_start_ = Instant::min();
};

}  // namespace weft::agent
