#include "raft/driver/solo_voter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "agent/base/assert.hpp"
#include "agent/io/clock.hpp"
#include "raft/core/chain.hpp"

namespace weft::raft {
namespace {

// Between two looks at the clock; a command takes some microseconds to apply.
constexpr std::size_t kApplyChunk = 16;
constexpr std::size_t kApplyBytes = std::size_t{64} << 10;  // likewise, for large ones
constexpr std::size_t kReplayBytes = std::size_t{1} << 20;
// What a queued proposal takes besides its bytes, so that many empty ones are bounded too.
constexpr std::size_t kProposalOverhead = 256;

std::size_t size_of(const Proposal& proposal) {
    std::size_t bytes = kProposalOverhead + proposal.command.size();
    for (const SideRecord& record : proposal.side) {
        bytes += record.key.size() + (record.value ? record.value->size() : 0);
    }
    return bytes;
}

// How many of the entries are applied before the next look at the clock.
std::size_t chunk_of(std::span<const Entry> entries) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < entries.size() && count < kApplyChunk) {
        bytes += entries[count].data.size();
        if (count > 0 && bytes > kApplyBytes) break;
        ++count;
    }
    return count;
}

bool is_lazy(const Proposal& proposal) {
    return !proposal.urgent && proposal.command.empty();
}

}  // namespace

Result<void> SoloVoterConfig::validate() const {
    if (node == NodeId{}) return make_error(Errc::InvalidArgument, "a voter needs a node id");
    if (command_bytes_max == 0 || queue_proposals_max == 0 || batch_proposals_max == 0) {
        return make_error(Errc::InvalidArgument, "the limits of the log's queue must not be 0");
    }
    if (command_bytes_max > queue_bytes_max) {
        return make_error(Errc::InvalidArgument,
                          "the log's queue must have room for the largest command");
    }
    return success();
}

Result<std::unique_ptr<SoloVoter>> SoloVoter::open(SoloVoterConfig config,
                                                   std::unique_ptr<LogStore> store,
                                                   StateMachine& machine, DriverMetrics& metrics,
                                                   boost::asio::any_io_executor control) {
    WEFT_TRY(config.validate());
    std::unique_ptr<SoloVoter> voter(
        new SoloVoter(std::move(config), std::move(store), machine, metrics, std::move(control)));
    // First what may be refused: a program that is started in vain writes nothing, however often.
    WEFT_TRY(voter->replay());
    WEFT_TRY(voter->lead());
    auto on_completed = [&self = *voter](const std::shared_ptr<AppendJob>& job) {
        self.post([&self, job] { self.completed(job); });
    };
    auto on_compaction_failed = [&self = *voter](const Error& error) {
        self.post([&self, error] { self.compaction_failed(error); });
    };
    WEFT_TRY(voter->worker_, AppendWorker::open(*voter->store_, std::move(on_completed),
                                                std::move(on_compaction_failed)));
    return voter;
}

SoloVoter::SoloVoter(SoloVoterConfig config, std::unique_ptr<LogStore> store, StateMachine& machine,
                     DriverMetrics& metrics, boost::asio::any_io_executor control)
    : config_(std::move(config)),
      store_(std::move(store)),
      machine_(machine),
      metrics_(metrics),
      control_(std::move(control)),
      lazy_timer_(control_) {}

SoloVoter::~SoloVoter() = default;

Result<void> SoloVoter::check_checkpoint() const {
    const LogState state = store_->state();
    const LogIndex covered = machine_.applied();
    if (covered < state.base.index) {
        return make_error(Errc::Corrupt,
                          fmt::format("the log begins at entry {}, but the catalog's checkpoint "
                                      "covers only entry {}: the entries between are lost. Restore "
                                      "the whole data directory from a backup, or remove it to "
                                      "start empty",
                                      state.first().get(), covered.get()));
    }
    if (covered > state.last.index) {
        return make_error(Errc::Corrupt,
                          fmt::format("the log ends at entry {}, but the catalog's checkpoint "
                                      "covers entry {}: they are not of the same data directory. "
                                      "Restore the whole of it from a backup, or remove it to "
                                      "start empty",
                                      state.last.index.get(), covered.get()));
    }
    return check_term(covered);
}

Result<void> SoloVoter::lead() {
    const LogState state = store_->state();
    end_ = state.last;
    term_ = Term{std::max(state.hard_state.term, state.last.term).get() + 1};
    AppendTask task;
    task.hard_state = HardState{term_, config_.node};
    task.acked_hint = end_.index;
    task.entries.push_back(make_entry(EntryType::Noop, {}));
    WEFT_TRY(store_->write(task));
    committed_ = end_.index;
    metrics_.term.Set(static_cast<double>(term_.get()));
    WEFT_TRY(apply_log());
    machine_.published();
    metrics_.committed_index.Set(static_cast<double>(committed_.get()));
    metrics_.applied_index.Set(static_cast<double>(applied_.get()));
    return success();
}

// The same index may be another entry: of a data directory put together from two.
Result<void> SoloVoter::check_term(LogIndex covered) const {
    const Term known = machine_.applied_term();
    if (known == Term{}) return success();
    WEFT_TRY(const Term logged, store_->term(covered));
    if (logged == known) return success();
    return make_error(
        Errc::Corrupt,
        fmt::format("entry {} of the log has term {}, but the catalog's checkpoint covers one of "
                    "term {}: they are not of the same data directory. Restore the whole of it "
                    "from a backup, or remove it to start empty",
                    covered.get(), logged.get(), known.get()));
}

Result<void> SoloVoter::replay() {
    WEFT_TRY(check_checkpoint());
    applied_ = machine_.applied();
    committed_ = store_->state().last.index;  // nobody else votes
    return apply_log();
}

Result<void> SoloVoter::apply_log() {
    while (applied_ < committed_) {
        WEFT_TRY(const auto entries,
                 store_->entries(next(applied_), next(committed_), kReplayBytes));
        WEFT_TRY(machine_.apply(entries));
        applied_ = entries.back().index;
    }
    return success();
}

Entry SoloVoter::make_entry(EntryType type, std::string data) {
    Entry entry{next(end_.index), term_, type, std::move(data), {}};
    entry.chain = next_chain(end_.chain, entry);
    end_ = {entry.index, entry.term, entry.chain};
    return entry;
}

std::optional<Error> SoloVoter::refusal(const Proposal& proposal) {
    if (closed_) return make_error(Errc::Cancelled, "the agent is shutting down");
    if (refused_) {
        metrics_.refused_failed.Increment();
        return refused_;
    }
    if (proposal.command.empty() && proposal.side.empty()) {
        return make_error(Errc::InvalidArgument, "a proposal without a command or record");
    }
    const std::size_t bytes = size_of(proposal);
    if (bytes > config_.command_bytes_max + kProposalOverhead) {
        metrics_.refused_large.Increment();
        return make_error(Errc::Limit,
                          fmt::format("a write of {} bytes is too large: the limit is {}",
                                      bytes - kProposalOverhead, config_.command_bytes_max));
    }
    if (queue_proposals_ >= config_.queue_proposals_max ||
        queue_bytes_ + bytes > config_.queue_bytes_max + kProposalOverhead) {
        metrics_.refused_full.Increment();
        return make_error(
            Errc::Unavailable,
            fmt::format("too many writes are waiting for the disk ({} of {}, {} bytes "
                        "of {}): try again",
                        queue_proposals_, config_.queue_proposals_max, queue_bytes_,
                        config_.queue_bytes_max));
    }
    return std::nullopt;
}

void SoloVoter::propose(Proposal proposal) {
    if (std::optional<Error> error = refusal(proposal)) {
        answer_later(std::move(proposal.done), std::move(*error));
        return;
    }
    const std::size_t bytes = size_of(proposal);
    const bool lazy = is_lazy(proposal);
    queue_bytes_ += bytes;
    unbatched_bytes_ += bytes;
    ++queue_proposals_;
    queue_.push_back(std::move(proposal));
    metrics_.proposals.Increment();
    show_queue();
    // A full batch gains nothing by waiting.
    if (lazy && queue_.size() < config_.batch_proposals_max &&
        unbatched_bytes_ < config_.batch_bytes_max) {
        wait_lazily();
        return;
    }
    urgent_queued_ = true;
    schedule_dispatch();
}

void SoloVoter::refuse(const Error& error) {
    if (!refused_) refused_ = error;
}

void SoloVoter::answer_later(std::function<void(Result<LogIndex>)> done, Error error) {
    if (!done) return;
    boost::asio::post(control_,
                      [done = std::move(done), error = std::move(error)] { done(error); });
}

void SoloVoter::wait_lazily() {
    if (lazy_waiting_ || urgent_queued_) return;
    lazy_waiting_ = true;
    lazy_timer_.expires_after(config_.lazy_wait);
    lazy_timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || closed_) return;
        lazy_waiting_ = false;
        if (queue_.empty()) return;
        urgent_queued_ = true;
        schedule_dispatch();
    });
}

// A turn later: what else is ready on this thread gets into the same batch, and the worker is woken
// once.
void SoloVoter::schedule_dispatch() {
    if (dispatch_scheduled_ || in_flight_) return;
    dispatch_scheduled_ = true;
    post([this] { dispatch(); });
}

void SoloVoter::dispatch() {
    dispatch_scheduled_ = false;
    if (in_flight_ || failed_ || closed_) return;
    if (!urgent_queued_ && !compact_to_) return;
    in_flight_ = next_batch();
    worker_->submit(in_flight_);
}

std::shared_ptr<SoloVoter::Batch> SoloVoter::next_batch() {
    auto batch = std::make_shared<Batch>();
    batch->compact_to = std::exchange(compact_to_, std::nullopt);
    while (!queue_.empty() && batch->waiting.size() < config_.batch_proposals_max) {
        const std::size_t bytes = size_of(queue_.front());
        if (!batch->waiting.empty() && batch->bytes + bytes > config_.batch_bytes_max) break;
        batch->bytes += bytes;
        add(*batch, std::move(queue_.front()));
        queue_.pop_front();
    }
    unbatched_bytes_ -= batch->bytes;
    // What is left did not fit: it has no reason to wait.
    urgent_queued_ = !queue_.empty();
    if (!batch->waiting.empty()) batch->task.acked_hint = committed_;
    return batch;
}

void SoloVoter::add(Batch& batch, Proposal proposal) {
    if (!proposal.command.empty()) {
        batch.task.entries.push_back(make_entry(EntryType::Command, std::move(proposal.command)));
    }
    std::move(proposal.side.begin(), proposal.side.end(), std::back_inserter(batch.task.side));
    batch.waiting.push_back({end_.index, std::move(proposal.done)});
}

void SoloVoter::completed(const std::shared_ptr<AppendJob>& job) {
    if (job != in_flight_) return;  // close() was faster
    finish(std::exchange(in_flight_, nullptr));
}

void SoloVoter::finish(const std::shared_ptr<Batch>& batch) {
    if (!batch->written) {
        fail(batch->written.error(), batch);
        return;
    }
    if (!batch->waiting.empty()) {
        metrics_.appends.Increment();
        metrics_.batch_proposals.Observe(static_cast<double>(batch->waiting.size()));
        metrics_.sync_seconds.Observe(std::chrono::duration<double>(batch->sync_time).count());
    }
    if (!batch->task.entries.empty()) {
        committed_ = batch->task.entries.back().index;
        metrics_.committed_index.Set(static_cast<double>(committed_.get()));
    }
    if (failed_) {  // the machine has stopped before this batch
        fail(*refused_, batch);
        return;
    }
    applying_.push_back(batch);
    dispatch();  // the disk first: it works while this thread applies
    if (!apply_scheduled_) apply_turn();
}

void SoloVoter::apply_turn() {
    apply_scheduled_ = false;
    const Instant start = now();
    const LogIndex before = applied_;
    std::vector<Waiting> ready;
    Result<void> applied = success();
    while (!applying_.empty() && applied) {
        applied = apply_front(ready);
        if (now() - start >= config_.apply_turn) break;
    }
    if (applied_ != before) machine_.published();
    // A single command may exceed the turn a little; twice its length is worth a look.
    if (now() - start >= 2 * config_.apply_turn) metrics_.slow_apply_turns.Increment();
    metrics_.applied_index.Set(static_cast<double>(applied_.get()));
    if (!applying_.empty() && applied) {
        apply_scheduled_ = true;
        post([this] { apply_turn(); });
    }
    show_queue();
    for (Waiting& waiting : ready) {
        if (waiting.done) waiting.done(waiting.index);
    }
    if (!applied) stop_applying(applied.error());
}

// Applies some entries of the oldest batch; adds who may be answered by that to ready.
Result<void> SoloVoter::apply_front(std::vector<Waiting>& ready) {
    Batch& batch = *applying_.front();
    const std::vector<Entry>& entries = batch.task.entries;
    const auto left = std::span<const Entry>(entries).subspan(batch.entries_applied);
    const std::size_t count = chunk_of(left);
    Result<void> applied = success();
    if (count > 0) {
        applied = machine_.apply(left.first(count));
        batch.entries_applied += count;
        applied_ = machine_.applied();
    }
    const auto waits = [this](const Waiting& waiting) { return waiting.index > applied_; };
    const auto end = std::find_if(batch.waiting.begin(), batch.waiting.end(), waits);
    queue_proposals_ -= static_cast<std::size_t>(end - batch.waiting.begin());
    std::move(batch.waiting.begin(), end, std::back_inserter(ready));
    batch.waiting.erase(batch.waiting.begin(), end);
    if (applied && batch.entries_applied == entries.size()) {
        queue_bytes_ -= batch.bytes;
        applying_.pop_front();
    }
    return applied;
}

// What is in the log and not applied stays there for a program that knows it.
void SoloVoter::stop_applying(const Error& error) {
    for (const std::shared_ptr<Batch>& batch : std::exchange(applying_, {})) fail(error, batch);
}

void SoloVoter::fail(const Error& error, const std::shared_ptr<Batch>& batch) {
    failed_ = true;
    refuse(error);
    std::vector<Waiting> waiting = std::move(batch->waiting);
    queue_bytes_ -= batch->bytes + unbatched_bytes_;
    queue_proposals_ -= waiting.size() + queue_.size();
    unbatched_bytes_ = 0;
    for (Proposal& proposal : queue_) waiting.push_back({end_.index, std::move(proposal.done)});
    queue_.clear();
    show_queue();
    for (Waiting& one : waiting) {
        if (one.done) one.done(error);
    }
    report(error);
}

// An entry that cannot be read now will refuse the next start: what is taken meanwhile would be
// lost with it.
void SoloVoter::compaction_failed(const Error& error) {
    metrics_.compaction_failures.Increment();
    refuse(error);
    report(error);
}

void SoloVoter::report(const Error& error) {
    if (std::exchange(reported_, true) || !config_.on_fatal) return;
    config_.on_fatal(error);
}

void SoloVoter::checkpointed(LogIndex index) {
    const LogState state = store_->state();
    const std::uint64_t bytes = store_->bytes();
    metrics_.log_bytes.Set(static_cast<double>(bytes));
    metrics_.log_entries.Set(static_cast<double>(state.last.index.get() - state.base.index.get()));
    const std::uint64_t covered = std::min(index, applied_).get();
    const bool too_large = bytes > config_.log_bytes_max;
    const std::uint64_t tail = too_large ? 0 : config_.compact_tail;
    const std::uint64_t step = too_large ? 1 : config_.compact_step;
    if (covered < tail + state.base.index.get() + step) return;
    compact_to_ = LogIndex{covered - tail};
    schedule_dispatch();
}

void SoloVoter::close() {
    if (closed_) return;
    closed_ = true;
    lazy_timer_.cancel();
    worker_->stop();
    if (in_flight_) finish(std::exchange(in_flight_, nullptr));
    while (!queue_.empty() && !failed_) {
        const std::shared_ptr<Batch> batch = next_batch();
        AppendWorker::perform(*store_, *batch);
        finish(batch);
    }
    while (!applying_.empty()) apply_turn();
}

void SoloVoter::show_queue() {
    metrics_.queue_proposals.Set(static_cast<double>(queue_proposals_));
    metrics_.queue_bytes.Set(static_cast<double>(queue_bytes_));
}

void SoloVoter::post(std::function<void()> f) {
    boost::asio::post(control_, [f = std::move(f), alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) f();
    });
}

}  // namespace weft::raft
