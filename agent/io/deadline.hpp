#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/task_scope.hpp"

namespace weft {

// The operation's result, or Errc::Timeout when it took longer than the limit: then it was
// cancelled and has ended. Cancelling the caller cancels the operation. The operation must end on
// cancellation of what it waits for.
template <class T>
boost::asio::awaitable<Result<T>> within(Duration limit,
                                         boost::asio::awaitable<Result<T>> operation) {
    namespace asio = boost::asio;
    co_await asio::this_coro::throw_if_cancelled(false);
    // The operation, which has a cancellation state of its own, would never know.
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    auto group = asio::experimental::make_parallel_group(
        as_operation(executor, without_throwing<std::optional<Result<T>>>(std::move(operation))),
        timer.async_wait(asio::deferred));
    auto [order, failure, result, timer_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (failure) std::rethrow_exception(failure);
    const bool timer_first = order[0] == 1 && !timer_error;
    if (timer_first) co_return make_error(Errc::Timeout);
    if (!result) co_return make_error(Errc::Cancelled);
    co_return std::move(*result);
}

}  // namespace weft
