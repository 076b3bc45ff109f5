#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/stored_record.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// The catalog as a deterministic state machine: the same commands at the same indexes give the same
// rows, indexes and digest on every replica. Knows no log, clock, thread or disk. Used by one
// thread (control); readers use view().
//
// A table is one file (<table>_table.hpp/.cpp) that gives keys, encoding and rules of its rows; see
// README.md.
class Catalog {
public:
    Catalog();
    ~Catalog();
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    // Total: every byte string has a defined outcome. index is that of the log and must grow from
    // call to call. That of the state is the same, until a restore sets it ahead of the log for
    // good (View::lead).
    ApplyOutcome apply(Index index, std::span<const std::byte> command);
    ApplyOutcome apply(Index index, const Command& command);

    // The state after the last apply(); O(1).
    View view() const;

    // Watches whose result changed since the last call, deduplicated.
    std::vector<Watch> take_changed_watches();

    // Records changed since the last call (repeated changes of a row coalesce), for write-behind.
    // The keys that hold index bookkeeping are among them.
    std::vector<StoredRecord> take_changed_records();

    // For a catalog that is kept in memory only: without it take_changed_records() gives nothing
    // and its keys cost no memory. On at birth.
    void set_record_tracking(bool on);

    // How often the state was replaced as a whole. Neither of the two above tells of that: whoever
    // keeps something of the state begins anew when this number has changed.
    std::uint64_t restores() const;

    // Pieces of a snapshot have come, and the last one has not: a checkpoint now would lose them,
    // since the log would not bring them again.
    bool is_restoring() const;
    // A new leader's term begins: a snapshot that is not complete will never be.
    void abandon_restore();

    // The whole state, record by record; the same records give back the same state and digest.
    static void export_records(const View& view,
                               const std::function<void(const StoredRecord&)>& sink);
    Result<void> begin_import();
    Result<void> import_record(const StoredRecord& record);
    // Ends an import of the state after that entry of the log; fails with Errc::Corrupt, and leaves
    // the catalog empty, when a record failed or the digest of the rows is not the expected one. No
    // watches are reported: whoever waits must be woken anyway.
    Result<void> finish_import(Index applied, std::optional<Digest> expected);

    // Recomputes everything derived and compares; for tests and the simulator.
    void check_invariants() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft::agent
