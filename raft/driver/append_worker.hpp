#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "raft/storage/log_store.hpp"

namespace weft::raft {

// One write for the worker, and what came of it.
struct AppendJob {
    AppendTask task;
    std::optional<LogIndex> compact_to;  // after the write, which it does not delay
    Result<void> written = success();
    Duration sync_time{};
};

// The one thread that syncs. Holds at most one job besides the one that it works on: its owner
// collects what is proposed meanwhile, and that is the next batch (group commit).
class AppendWorker {
public:
    // Both run on the worker's thread: completed after each write, compaction_failed when the log
    // could not be compacted after one. The store outlives the worker.
    static Result<std::unique_ptr<AppendWorker>> open(
        LogStore& store, std::function<void(const std::shared_ptr<AppendJob>&)> completed,
        std::function<void(const Error&)> compaction_failed);
    ~AppendWorker();
    AppendWorker(const AppendWorker&) = delete;
    AppendWorker& operator=(const AppendWorker&) = delete;

    // The job before must be complete.
    void submit(std::shared_ptr<AppendJob> job);

    // Ends the thread after what was submitted. Later jobs may be run by the caller, who is then
    // alone.
    void stop();

    static void perform(LogStore& store, AppendJob& job);

private:
    AppendWorker(LogStore& store, std::function<void(const std::shared_ptr<AppendJob>&)> completed,
                 std::function<void(const Error&)> compaction_failed);

    void run();
    std::shared_ptr<AppendJob> take();

    LogStore& store_;
    std::function<void(const std::shared_ptr<AppendJob>&)> completed_;
    std::function<void(const Error&)> compaction_failed_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<AppendJob> next_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace weft::raft
