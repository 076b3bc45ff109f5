#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "raft/storage/log_store.hpp"

namespace weft::raft {

// What a MemLogStore leaves behind when it is closed: a disk for tests and the simulator.
struct MemLogDisk {
    std::mutex mutex;
    NodeId identity;
    LogState state;
    std::deque<Entry> entries;  // state.first() and on
    std::map<std::string, std::string, std::less<>> side;
    std::uint64_t bytes = 0;
};

// LogStore in memory: for `weft dev` and tests. Nothing outlives the process.
class MemLogStore final : public LogStore {
public:
    static Result<std::unique_ptr<MemLogStore>> open(std::shared_ptr<MemLogDisk> disk,
                                                     const NodeId& identity);

    LogState state() const override;
    Result<void> write(const AppendTask& task) override;
    Result<std::vector<Entry>> entries(LogIndex low, LogIndex high,
                                       std::size_t max_bytes) const override;
    Result<Term> term(LogIndex index) const override;
    Result<Chain> chain(LogIndex index) const override;
    Result<void> compact_to(LogIndex index) override;
    std::uint64_t bytes() const override;
    Result<void> for_each_side_record(std::string_view prefix,
                                      const SideVisitor& visit) const override;

private:
    explicit MemLogStore(std::shared_ptr<MemLogDisk> disk) : disk_(std::move(disk)) {}

    const Entry& entry(LogIndex index) const;  // held; the lock is too
    Result<LogPosition> position(LogIndex index) const;
    void truncate(LogIndex from);

    std::shared_ptr<MemLogDisk> disk_;
};

}  // namespace weft::raft
