#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "raft/driver/append_worker.hpp"
#include "raft/driver/metrics.hpp"
#include "raft/driver/state_machine.hpp"
#include "raft/storage/log_store.hpp"

namespace weft::raft {

struct SoloVoterConfig {
    NodeId node;

    std::size_t command_bytes_max = std::size_t{1} << 20;
    // Of all proposals that are not applied yet; more are refused as busy.
    std::size_t queue_proposals_max = 16384;
    std::size_t queue_bytes_max = std::size_t{16} << 20;
    // One synced write takes at most so much, but at least one proposal.
    std::size_t batch_proposals_max = 1024;
    std::size_t batch_bytes_max = std::size_t{1} << 20;

    Duration lazy_wait =
        std::chrono::milliseconds(200);  // longest wait of a proposal that is not urgent
    Duration apply_turn =
        std::chrono::milliseconds(1);  // of the control thread, for applying entries

    // Entries kept behind a checkpoint, and how many may gather before they are dropped at once.
    std::uint64_t compact_tail = 10240;
    std::uint64_t compact_step = 4096;
    // A log that holds more keeps no tail and is compacted at each checkpoint.
    std::uint64_t log_bytes_max = std::uint64_t{64} << 20;

    // Once, on the control thread, when the log cannot be written, compacted or applied any more:
    // from here on every proposal is refused with this error. Reading goes on.
    std::function<void(const Error&)> on_fatal;

    Result<void> validate() const;
};

struct Proposal {
    std::string command;           // empty: only side records, no log entry
    std::vector<SideRecord> side;  // durable with the command or not at all
    // Side records alone that may wait a little to share a sync; ignored when there is a command.
    bool urgent = true;
    // On the control thread, never from within propose(). The entry's index (without a command: of
    // the last entry before), after it was applied and published; or why not. After an I/O error it
    // is unknown whether the command is in the log: a restart tells.
    std::function<void(Result<LogIndex>)> done;
};

// The whole of Raft for a cluster of one voter: it leads from the start, and what is durable is
// committed. Storage is used as by any voter: one synced batch at a time, made of everything that
// was proposed while the last one was written; answers only after the sync. All calls on the
// control thread.
class SoloVoter {
public:
    // Brings machine up to the log's end, then becomes leader of a new term, which is durable with
    // its Noop on return. Blocks for that. Errc::Corrupt when the log and the machine's checkpoint
    // do not meet, Unsupported when the log holds what machine does not know: the log is left as it
    // was.
    static Result<std::unique_ptr<SoloVoter>> open(SoloVoterConfig config,
                                                   std::unique_ptr<LogStore> store,
                                                   StateMachine& machine, DriverMetrics& metrics,
                                                   boost::asio::any_io_executor control);
    ~SoloVoter();
    SoloVoter(const SoloVoter&) = delete;
    SoloVoter& operator=(const SoloVoter&) = delete;

    // Refusals: Errc::InvalidArgument (nothing in it), Limit (too large), Unavailable (queue full),
    // Cancelled (closed), Io (after a failed write), the error given to refuse().
    void propose(Proposal proposal);

    // Takes no more proposals: each is refused with this error from here on. Those that were taken
    // are written, applied and answered.
    void refuse(const Error& error);

    // A completed checkpoint holds all effects up to index: the log may drop what is behind it.
    void checkpointed(LogIndex index);

    // Writes, applies and answers what was proposed, then ends the worker. Blocks for that.
    void close();

    Term term() const { return term_; }
    LogIndex committed() const { return committed_; }
    LogIndex applied() const { return applied_; }
    std::size_t queued() const { return queue_proposals_; }
    // For reading side records at the start, before the first proposal.
    const LogStore& store() const { return *store_; }

private:
    struct Waiting {
        LogIndex index;  // answered once this entry is applied
        std::function<void(Result<LogIndex>)> done;
    };
    struct Batch final : AppendJob {
        std::vector<Waiting> waiting;
        std::size_t bytes = 0;
        std::size_t entries_applied = 0;
    };

    SoloVoter(SoloVoterConfig config, std::unique_ptr<LogStore> store, StateMachine& machine,
              DriverMetrics& metrics, boost::asio::any_io_executor control);

    Result<void> check_checkpoint() const;
    Result<void> check_term(LogIndex covered) const;
    Result<void> replay();
    Result<void> lead();
    Result<void> apply_log();
    Entry make_entry(EntryType type, std::string data);
    std::optional<Error> refusal(const Proposal& proposal);
    void answer_later(std::function<void(Result<LogIndex>)> done, Error error);
    void wait_lazily();
    void schedule_dispatch();
    void dispatch();
    std::shared_ptr<Batch> next_batch();
    void add(Batch& batch, Proposal proposal);
    void completed(const std::shared_ptr<AppendJob>& job);
    void finish(const std::shared_ptr<Batch>& batch);
    void apply_turn();
    Result<void> apply_front(std::vector<Waiting>& ready);
    void stop_applying(const Error& error);
    void fail(const Error& error, const std::shared_ptr<Batch>& batch);
    void compaction_failed(const Error& error);
    void report(const Error& error);
    void show_queue();
    // Runs f on the control thread in a later turn, unless this object is gone by then.
    void post(std::function<void()> f);

    SoloVoterConfig config_;
    std::unique_ptr<LogStore> store_;
    StateMachine& machine_;
    DriverMetrics& metrics_;
    boost::asio::any_io_executor control_;
    boost::asio::steady_timer lazy_timer_;

    Term term_;
    LogPosition end_;     // of the log with all batches that were made
    LogIndex committed_;  // durable
    LogIndex applied_;

    std::deque<Proposal> queue_;  // not in a batch yet
    std::size_t queue_proposals_ = 0;
    std::size_t queue_bytes_ = 0;
    std::size_t unbatched_bytes_ = 0;
    bool urgent_queued_ = false;
    bool lazy_waiting_ = false;
    bool dispatch_scheduled_ = false;
    std::shared_ptr<Batch> in_flight_;
    std::deque<std::shared_ptr<Batch>> applying_;
    bool apply_scheduled_ = false;
    std::optional<LogIndex> compact_to_;
    std::optional<Error> refused_;  // why no proposal is taken
    bool failed_ = false;           // nothing is written any more; then refused_ says why
    bool reported_ = false;
    bool closed_ = false;

    std::shared_ptr<int> alive_ = std::make_shared<int>();
    std::unique_ptr<AppendWorker> worker_;  // last: it ends first
};

}  // namespace weft::raft
