#include "raft/driver/append_worker.hpp"

#include <utility>

#include "agent/base/assert.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/start_thread.hpp"

namespace weft::raft {

AppendWorker::AppendWorker(LogStore& store,
                           std::function<void(const std::shared_ptr<AppendJob>&)> completed,
                           std::function<void(const Error&)> compaction_failed)
    : store_(store),
      completed_(std::move(completed)),
      compaction_failed_(std::move(compaction_failed)) {}

Result<std::unique_ptr<AppendWorker>> AppendWorker::open(
    LogStore& store, std::function<void(const std::shared_ptr<AppendJob>&)> completed,
    std::function<void(const Error&)> compaction_failed) {
    std::unique_ptr<AppendWorker> made(
        new AppendWorker(store, std::move(completed), std::move(compaction_failed)));
    WEFT_TRY(made->thread_, start_thread("weft-append", [self = made.get()] { self->run(); }));
    return made;
}

AppendWorker::~AppendWorker() {
    stop();
}

void AppendWorker::submit(std::shared_ptr<AppendJob> job) {
    {
        const std::scoped_lock lock(mutex_);
        WEFT_ASSERT(!next_ && !stopping_);
        next_ = std::move(job);
    }
    changed_.notify_one();
}

void AppendWorker::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

std::shared_ptr<AppendJob> AppendWorker::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return next_ || stopping_; });
    return std::exchange(next_, nullptr);
}

void AppendWorker::perform(LogStore& store, AppendJob& job) {
    const Instant start = now();
    job.written = store.write(job.task);
    job.sync_time = now() - start;
}

void AppendWorker::run() {
    while (const std::shared_ptr<AppendJob> job = take()) {
        const std::optional<LogIndex> compact_to = job->compact_to;
        perform(store_, *job);
        const bool written = bool(job->written);
        completed_(job);  // from here on the job is its owner's
        if (!written || !compact_to) continue;
        const Result<void> compacted = store_.compact_to(*compact_to);
        if (!compacted) compaction_failed_(compacted.error());
    }
}

}  // namespace weft::raft
