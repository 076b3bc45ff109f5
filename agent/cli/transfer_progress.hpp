#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "agent/cli/command.hpp"
#include "agent/io/task_scope.hpp"

namespace weft::agent {

// How far a transfer has come, once it takes longer than 300 ms: on a terminal a line on stderr
// that goes away at the end, elsewhere one line. Silent under the name consul.
class TransferProgress {
public:
    // total 0: not known.
    TransferProgress(CliConsole& console, std::string what, std::uint64_t total = 0)
        : console_(console), what_(std::move(what)), total_(total) {}

    void moved(std::uint64_t bytes) { moved_ += bytes; }
    std::uint64_t bytes_moved() const { return moved_; }

    template <class T>
    boost::asio::awaitable<T> during(boost::asio::awaitable<T> operation) {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        TaskScope scope(co_await boost::asio::this_coro::executor);
        if (!console_.as_consul) scope.spawn(show());
        T result = co_await std::move(operation);
        co_await scope.close();
        co_return result;
    }

    std::string line(std::int64_t tenths) const;

private:
    boost::asio::awaitable<void> show();

    CliConsole& console_;
    std::string what_;
    std::uint64_t total_;
    std::uint64_t moved_ = 0;
};

}  // namespace weft::agent
