#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace weft::api {

// One write of a configuration entry at a time: each is checked against all others, and beside
// another that was checked against the same ones only one would hold. Any thread.
class ConfigEntryTurns {
public:
    static constexpr std::size_t kMostWaiting = 4096;

    // Runs `write` now, or after those that came before. False: too many wait.
    bool take(std::function<void()> write) {
        {
            const std::lock_guard lock(mutex_);
            if (taken_ && waiting_.size() >= kMostWaiting) return false;
            if (taken_) {
                waiting_.push_back(std::move(write));
                return true;
            }
            taken_ = true;
        }
        write();
        return true;
    }

    // The one whose turn it was has its answer. What is to be run next; empty: nobody waits.
    std::function<void()> end() {
        const std::lock_guard lock(mutex_);
        taken_ = !waiting_.empty();
        if (!taken_) return {};
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        return next;
    }

private:
    std::mutex mutex_;
    bool taken_ = false;
    std::deque<std::function<void()>> waiting_;
};

}  // namespace weft::api
