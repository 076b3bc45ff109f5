#include "agent/io/task_scope.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/run_coroutine.hpp"

namespace weft {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> wait_forever(int* cancelled) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) ++*cancelled;
}

asio::awaitable<void> end_at_once(int* ended) {
    ++*ended;
    co_return;
}

asio::awaitable<Result<int>> close_with_tasks(int* cancelled, int* ended) {
    TaskScope scope(co_await asio::this_coro::executor);
    for (int i = 0; i < 3; ++i) scope.spawn(wait_forever(cancelled));
    scope.spawn(end_at_once(ended));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_await scope.close();
    const int before = *ended;
    scope.spawn(end_at_once(ended));
    co_return before;
}

asio::awaitable<Result<int>> wait_then(Duration time, int value, int* cancelled) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) ++*cancelled;
    co_return value;
}

}  // namespace

TEST(TaskScope, CloseCancelsAndWaitsForAll) {
    asio::io_context context(1);
    int cancelled = 0;
    int ended = 0;
    EXPECT_EQ(run(context, close_with_tasks(&cancelled, &ended)).value(), 1);
    EXPECT_EQ(cancelled, 3);
    EXPECT_EQ(ended, 1);
}

TEST(Within, HandsOnAResultInTime) {
    asio::io_context context(1);
    int cancelled = 0;
    EXPECT_EQ(run(context, within(10s, wait_then(0s, 7, &cancelled))).value(), 7);
    EXPECT_EQ(cancelled, 0);
}

TEST(Within, CancelsWhatTakesTooLong) {
    asio::io_context context(1);
    int cancelled = 0;
    const auto result = run(context, within(5ms, wait_then(10s, 7, &cancelled)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::Timeout);
    EXPECT_EQ(cancelled, 1);
}

}  // namespace weft
