#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "raft/core/types.hpp"

namespace weft::raft {

// A record of the embedding program that becomes durable with the entries of the same task (a local
// registration with its catalog command). Opaque here, in no log, never replicated.
struct SideRecord {
    std::string key;
    std::optional<std::string> value;  // none: the record is removed
};

// One atomic, synced write. In order: drop a suffix, append, hard state, hint, side records.
struct AppendTask {
    std::optional<LogIndex> truncate_from;  // drops this entry and all behind it
    std::vector<Entry> entries;             // without a gap, the first right behind the log's end
    std::optional<HardState> hard_state;
    // The highest index that was acknowledged to anyone before this task; never beyond the log that
    // the task leaves. open() refuses a log that ends before it: such a log has lost what it
    // promised. Truncation lowers it by itself.
    std::optional<LogIndex> acked_hint;
    std::vector<SideRecord> side;

    bool empty() const {
        return !truncate_from && entries.empty() && !hard_state && !acked_hint && side.empty();
    }
};

struct LogState {
    HardState hard_state;
    LogPosition base;  // the last compacted entry; all zero when none was
    LogPosition last;  // equal to base when the log holds no entry
    LogIndex acked_hint;

    LogIndex first() const { return next(base.index); }  // of the entries held, if any
    bool operator==(const LogState&) const = default;
};

// The durable log of one node (Raft paper, figure 2, "persistent state"), its hard state and side
// records.
//
// write() and compact_to() belong to one thread, the append worker; everything else may be called
// from any thread and sees the state before or after a write, never a half. After a failed write
// the store only fails, with that error: what the disk holds then is unknown, and a second sync may
// report success for data that the kernel has dropped.
//
// An implementation is opened by its own static open(), which verifies every record and the hash
// chain, and refuses with a sentence for people: Errc::Corrupt (damage), Unsupported (newer
// format), InvalidArgument (another node's folder), Unavailable (in use by another process), Io.
class LogStore {
public:
    virtual ~LogStore() = default;

    virtual LogState state() const = 0;

    // Returns after the data is on disk. Errc::InvalidArgument: the task does not fit the log;
    // nothing was written.
    virtual Result<void> write(const AppendTask& task) = 0;

    // Entries of [low, high), fewer when they exceed max_bytes, but at least one.
    // LogErrc::Compacted or Absent when some of the range is not held. An empty range is no error.
    virtual Result<std::vector<Entry>> entries(LogIndex low, LogIndex high,
                                               std::size_t max_bytes) const = 0;

    // Both know the last compacted entry too. LogErrc::Compacted before it, Absent behind the end.
    virtual Result<Term> term(LogIndex index) const = 0;
    virtual Result<Chain> chain(LogIndex index) const = 0;

    // Drops all entries up to index, which must not be beyond the end; already dropped: no effect.
    // Returns after that is on disk.
    virtual Result<void> compact_to(LogIndex index) = 0;

    // Of the entries held, with some for each. Dropped ones do not count, though a disk may reclaim
    // their storage only later.
    virtual std::uint64_t bytes() const = 0;

    // Every side record whose key begins with prefix, in key order.
    using SideVisitor = std::function<void(std::string_view key, std::string_view value)>;
    virtual Result<void> for_each_side_record(std::string_view prefix,
                                              const SideVisitor& visit) const = 0;
};

// What both implementations demand of a task, and of the arguments of compact_to() and the readers.
Result<void> check_task(const AppendTask& task, const LogState& state);
Result<void> check_compaction(LogIndex index, const LogState& state);
Result<void> check_held(LogIndex low, LogIndex high, const LogState& state);

}  // namespace weft::raft
