#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/io/task_scope.hpp"

namespace weft {

// A task whose result is kept elsewhere, to run beside others.
template <class T>
boost::asio::awaitable<void> store_result(boost::asio::awaitable<T> task,
                                          std::optional<T>& result) {
    result.emplace(co_await std::move(task));
}

// Runs one coroutine to its end on a loop of its own; for programs without an event loop.
template <class T>
T run_blocking(boost::asio::awaitable<T> task) {
    boost::asio::io_context context(1);
    TaskScope scope(context.get_executor());
    std::optional<T> result;
    scope.spawn(store_result(std::move(task), result));
    context.run();
    WEFT_ASSERT(result.has_value());
    return std::move(*result);
}

}  // namespace weft
