#include "agent/health/check_scheduler.hpp"

#include <algorithm>

#include "agent/base/assert.hpp"

namespace weft::agent {

// Virtual scheduling (GCRA): next_start_ runs ahead of now by a spacing for each start, at most by
// the burst for free.
Instant CheckScheduler::first_run(Instant now) {
    const Duration burst = config_.start_spacing * config_.start_burst;
    next_start_ = std::max(next_start_, now) + config_.start_spacing;
    return std::max(now, next_start_ - burst);
}

void CheckScheduler::add(CheckRun run, Duration interval, Lane lane, Instant now) {
    const Instant due = first_run(now);
    Entry entry{interval, lane, due};
    const bool is_new = entries_.emplace(run, entry).second;
    WEFT_ASSERT(is_new);
    queue_.emplace(due, run);
}

void CheckScheduler::remove(CheckRun run) {
    const auto found = entries_.find(run);
    if (found == entries_.end()) return;
    if (found->second.running) {
        found->second.removed = true;
        return;
    }
    queue_.erase({found->second.due, run});
    auto& waiting = waiting_[static_cast<std::size_t>(found->second.lane)];
    std::erase(waiting, run);
    entries_.erase(found);
}

std::uint32_t CheckScheduler::limit(std::size_t lane) const {
    return lane == static_cast<std::size_t>(Lane::Script) ? config_.max_running_scripts
                                                          : config_.max_running_probes;
}

std::vector<CheckRun> CheckScheduler::take_due(Instant now) {
    while (!queue_.empty() && queue_.begin()->first <= now) {
        const CheckRun run = queue_.begin()->second;
        queue_.erase(queue_.begin());
        waiting_[static_cast<std::size_t>(entries_.at(run).lane)].push_back(run);
    }
    std::vector<CheckRun> started;
    for (std::size_t lane = 0; lane < 2; ++lane) start_waiting(lane, now, started);
    return started;
}

void CheckScheduler::start_waiting(std::size_t lane, Instant now, std::vector<CheckRun>& started) {
    while (!waiting_[lane].empty() && running_[lane] < limit(lane)) {
        const CheckRun run = waiting_[lane].front();
        waiting_[lane].pop_front();
        Entry& entry = entries_.at(run);
        entry.running = true;
        entry.due = now;
        ++running_[lane];
        started.push_back(run);
    }
}

void CheckScheduler::finished(CheckRun run, Instant now) {
    const auto found = entries_.find(run);
    WEFT_ASSERT(found != entries_.end() && found->second.running);
    Entry& entry = found->second;
    entry.running = false;
    --running_[static_cast<std::size_t>(entry.lane)];
    if (entry.removed) {
        entries_.erase(found);
        return;
    }
    Duration gap = entry.interval;
    if (!entry.has_run)
        gap = entry.interval / 2 +
              Duration(static_cast<Duration::rep>(
                  rng_.below(static_cast<std::uint64_t>(entry.interval.count() / 2) + 1)));
    entry.has_run = true;
    const Instant start = entry.due;
    entry.due = start + gap > now ? start + gap : now + entry.interval;
    queue_.emplace(entry.due, run);
}

Instant CheckScheduler::next_deadline() const {
    for (std::size_t lane = 0; lane < 2; ++lane) {
        if (!waiting_[lane].empty() && running_[lane] < limit(lane)) return Instant::min();
    }
    return queue_.empty() ? Instant::max() : queue_.begin()->first;
}

}  // namespace weft::agent
