#include "agent/io/task_scope.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "agent/base/assert.hpp"

namespace weft {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> run_quietly(asio::awaitable<void> task) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(task);
}

}  // namespace

TaskScope::TaskScope(asio::any_io_executor executor)
    : executor_(std::move(executor)), all_done_(executor_) {
    all_done_.expires_at(asio::steady_timer::time_point::max());
}

TaskScope::~TaskScope() {
    WEFT_ASSERT(tasks_.empty());
}

void TaskScope::spawn(asio::awaitable<void> task) {
    if (closing_) return;
    const auto place = tasks_.emplace(tasks_.end());
    auto completion = [this, place](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
        finished(place);
    };
    asio::co_spawn(executor_, run_quietly(std::move(task)),
                   asio::bind_cancellation_slot(place->slot(), std::move(completion)));
}

void TaskScope::finished(Signals::iterator task) {
    tasks_.erase(task);
    if (closing_ && tasks_.empty()) all_done_.cancel();
}

asio::awaitable<void> TaskScope::close() {
    co_await asio::this_coro::throw_if_cancelled(false);
    closing_ = true;
    // A task may end while its signal is emitted: step past it first.
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        auto next = std::next(task);
        task->emit(asio::cancellation_type::terminal);
        task = next;
    }
    while (!tasks_.empty()) {
        // The wait ends early when the closer itself is cancelled; the tasks are waited for all the
        // same.
        co_await all_done_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<void> run_on(asio::any_io_executor executor, asio::awaitable<void> task) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await asio::co_spawn(executor, run_quietly(std::move(task)), asio::use_awaitable);
}

}  // namespace weft
