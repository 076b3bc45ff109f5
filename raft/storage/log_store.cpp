#include "raft/storage/log_store.hpp"

#include <fmt/format.h>

#include "raft/storage/errc.hpp"

namespace weft::raft {
namespace {

Error misfit(std::string why) {
    return make_error(Errc::InvalidArgument, std::move(why));
}

Result<void> check_entries(const AppendTask& task, LogIndex end, Term last_term) {
    for (const Entry& entry : task.entries) {
        if (entry.index != next(end)) {
            return misfit(
                fmt::format("log entry {} does not follow {}", entry.index.get(), end.get()));
        }
        if (entry.term < last_term) {
            return misfit(fmt::format("log entry {} has term {} behind term {}", entry.index.get(),
                                      entry.term.get(), last_term.get()));
        }
        end = entry.index;
        last_term = entry.term;
    }
    if (task.acked_hint && *task.acked_hint > end) {
        return misfit(fmt::format("index {} cannot be acknowledged: the log ends at {}",
                                  task.acked_hint->get(), end.get()));
    }
    return success();
}

}  // namespace

Result<void> check_task(const AppendTask& task, const LogState& state) {
    if (task.hard_state && task.hard_state->term < state.hard_state.term) {
        return misfit(fmt::format("term {} cannot follow term {}", task.hard_state->term.get(),
                                  state.hard_state.term.get()));
    }
    if (!task.truncate_from) return check_entries(task, state.last.index, state.last.term);
    if (*task.truncate_from <= state.base.index) {
        return misfit(fmt::format("cannot truncate from {}: the log is compacted up to {}",
                                  task.truncate_from->get(), state.base.index.get()));
    }
    if (*task.truncate_from > next(state.last.index)) {
        return misfit(fmt::format("cannot truncate from {}: the log ends at {}",
                                  task.truncate_from->get(), state.last.index.get()));
    }
    // The term before the cut is not at hand here; that entries follow it is the core's own rule.
    return check_entries(task, previous(*task.truncate_from), Term{});
}

Result<void> check_compaction(LogIndex index, const LogState& state) {
    if (index <= state.last.index) return success();
    return misfit(fmt::format("cannot compact up to {}: the log ends at {}", index.get(),
                              state.last.index.get()));
}

Result<void> check_held(LogIndex low, LogIndex high, const LogState& state) {
    if (low < state.first()) {
        return make_error(LogErrc::Compacted,
                          fmt::format("log entry {} was compacted: the log begins at {}", low.get(),
                                      state.first().get()));
    }
    if (high > next(state.last.index)) {
        return make_error(LogErrc::Absent,
                          fmt::format("log entry {} does not exist: the log ends at {}",
                                      previous(high).get(), state.last.index.get()));
    }
    return success();
}

}  // namespace weft::raft
