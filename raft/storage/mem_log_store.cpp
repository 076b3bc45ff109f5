#include "raft/storage/mem_log_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "raft/storage/entry_sizes.hpp"

namespace weft::raft {

Result<std::unique_ptr<MemLogStore>> MemLogStore::open(std::shared_ptr<MemLogDisk> disk,
                                                       const NodeId& identity) {
    if (disk->identity == NodeId{}) disk->identity = identity;
    if (disk->identity != identity) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("the log in memory belongs to node {}, not to {}",
                                      disk->identity.get(), identity.get()));
    }
    return std::unique_ptr<MemLogStore>(new MemLogStore(std::move(disk)));
}

LogState MemLogStore::state() const {
    const std::scoped_lock lock(disk_->mutex);
    return disk_->state;
}

Result<void> MemLogStore::write(const AppendTask& task) {
    const std::scoped_lock lock(disk_->mutex);
    WEFT_TRY(check_task(task, disk_->state));
    if (task.truncate_from) truncate(*task.truncate_from);
    LogState& state = disk_->state;
    for (const Entry& entry : task.entries) {
        disk_->bytes += size_of(entry);
        disk_->entries.push_back(entry);
        state.last = {entry.index, entry.term, entry.chain};
    }
    if (task.hard_state) state.hard_state = *task.hard_state;
    if (task.acked_hint) state.acked_hint = *task.acked_hint;
    for (const SideRecord& record : task.side) {
        if (record.value) {
            disk_->side.insert_or_assign(record.key, *record.value);
        } else {
            disk_->side.erase(record.key);
        }
    }
    return success();
}

void MemLogStore::truncate(LogIndex from) {
    LogState& state = disk_->state;
    while (state.last.index >= from) {
        disk_->bytes -= size_of(disk_->entries.back());
        disk_->entries.pop_back();
        state.last = state.base;
        if (!disk_->entries.empty()) {
            const Entry& end = disk_->entries.back();
            state.last = {end.index, end.term, end.chain};
        }
    }
    state.acked_hint = std::min(state.acked_hint, state.last.index);
}

const Entry& MemLogStore::entry(LogIndex index) const {
    return disk_->entries[index.get() - disk_->state.first().get()];
}

Result<std::vector<Entry>> MemLogStore::entries(LogIndex low, LogIndex high,
                                                std::size_t max_bytes) const {
    const std::scoped_lock lock(disk_->mutex);
    std::vector<Entry> found;
    if (low >= high) return found;
    WEFT_TRY(check_held(low, high, disk_->state));
    std::size_t bytes = 0;
    for (LogIndex index = low; index < high; index = next(index)) {
        bytes += entry(index).data.size();
        if (bytes > max_bytes && !found.empty()) break;
        found.push_back(entry(index));
    }
    return found;
}

Result<LogPosition> MemLogStore::position(LogIndex index) const {
    const std::scoped_lock lock(disk_->mutex);
    if (index == disk_->state.base.index) return disk_->state.base;
    WEFT_TRY(check_held(index, next(index), disk_->state));
    const Entry& found = entry(index);
    return LogPosition{found.index, found.term, found.chain};
}

Result<Term> MemLogStore::term(LogIndex index) const {
    WEFT_TRY(const LogPosition found, position(index));
    return found.term;
}

Result<Chain> MemLogStore::chain(LogIndex index) const {
    WEFT_TRY(const LogPosition found, position(index));
    return found.chain;
}

Result<void> MemLogStore::compact_to(LogIndex index) {
    const std::scoped_lock lock(disk_->mutex);
    LogState& state = disk_->state;
    WEFT_TRY(check_compaction(index, state));
    while (state.base.index < index) {
        const Entry& dropped = disk_->entries.front();
        state.base = {dropped.index, dropped.term, dropped.chain};
        disk_->bytes -= size_of(dropped);
        disk_->entries.pop_front();
    }
    return success();
}

std::uint64_t MemLogStore::bytes() const {
    const std::scoped_lock lock(disk_->mutex);
    return disk_->bytes;
}

Result<void> MemLogStore::for_each_side_record(std::string_view prefix,
                                               const SideVisitor& visit) const {
    const std::scoped_lock lock(disk_->mutex);
    for (auto at = disk_->side.lower_bound(prefix);
         at != disk_->side.end() && at->first.starts_with(prefix); ++at) {
        visit(at->first, at->second);
    }
    return success();
}

}  // namespace weft::raft
