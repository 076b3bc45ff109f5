#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/cli/command.hpp"
#include "agent/io/task_scope.hpp"

namespace weft::agent {

// Tells people what is waited for once it takes longer than 300 ms: on a terminal a line that shows
// the time and goes away, elsewhere one line. Silent under the name consul.
class Progress {
public:
    Progress() = default;
    explicit Progress(const CliConsole& console);

    template <class T>
    boost::asio::awaitable<T> during(std::string what, boost::asio::awaitable<T> operation) const {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        TaskScope scope(co_await boost::asio::this_coro::executor);
        scope.spawn(tell(std::move(what)));
        T result = co_await std::move(operation);
        co_await scope.close();
        co_return result;
    }

private:
    boost::asio::awaitable<void> tell(std::string what) const;

    std::function<void(std::string_view)> err_;  // none: silent
    bool terminal_ = false;
};

}  // namespace weft::agent
