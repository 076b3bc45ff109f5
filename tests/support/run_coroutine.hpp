#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "agent/io/deadline.hpp"

namespace weft {

// Runs the coroutine on the context until it ends.
template <class T>
Result<T> run(boost::asio::io_context& context, boost::asio::awaitable<Result<T>> task) {
    std::optional<Result<T>> result;
    boost::asio::co_spawn(context, without_throwing<std::optional<Result<T>>>(std::move(task)),
                          [&](std::exception_ptr failure, std::optional<Result<T>> value) {
                              if (failure) std::rethrow_exception(failure);
                              result = std::move(value);
                              context.stop();
                          });
    context.run();
    context.restart();
    return std::move(*result);
}

}  // namespace weft
