#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <list>
#include <utility>

namespace weft {

// Owner of coroutines that run beside their starter (structured concurrency, as KJ's TaskSet). The
// only place of co_spawn and detached. All methods are called on the executor, which runs one
// handler at a time.
class TaskScope {
public:
    explicit TaskScope(boost::asio::any_io_executor executor);
    // close() must have ended: a coroutine that outlives what it refers to is a bug.
    ~TaskScope();
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;

    // Runs the task until it ends or close() cancels it. Cancellation reaches the task as the error
    // operation_aborted of what it waits for, never as an exception. An exception that leaves a
    // task ends the process: it is a bug. After close() began the task is dropped unstarted.
    void spawn(boost::asio::awaitable<void> task);

    // Cancels what runs and waits for it. May be awaited once; never from inside one of the scope's
    // own tasks.
    boost::asio::awaitable<void> close();

    std::size_t running() const { return tasks_.size(); }
    bool is_closing() const { return closing_; }
    const boost::asio::any_io_executor& executor() const { return executor_; }

private:
    using Signals = std::list<boost::asio::cancellation_signal>;

    void finished(Signals::iterator task);

    boost::asio::any_io_executor executor_;
    Signals tasks_;
    boost::asio::steady_timer all_done_;  // cancelled when the last task ends
    bool closing_ = false;
};

// Runs the task on another executor (another thread) and comes back to the caller's when it ended.
// The task is not cancelled with the caller: it is what ends something over there.
boost::asio::awaitable<void> run_on(boost::asio::any_io_executor executor,
                                    boost::asio::awaitable<void> task);

// A task as an operation that is started, awaited and cancelled as part of another one (a parallel
// group).
template <class T>
auto as_operation(const boost::asio::any_io_executor& executor, boost::asio::awaitable<T> task) {
    return boost::asio::co_spawn(executor, std::move(task), boost::asio::deferred);
}

// For such a task: it looks itself whether it is cancelled. Kept: what T becomes in a form that a
// group can make before it is there.
template <class Kept, class T>
boost::asio::awaitable<Kept> without_throwing(boost::asio::awaitable<T> task) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(task);
}

}  // namespace weft
