#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <string>
#include <utility>

#include "agent/base/result.hpp"
#include "agent/cli/child_command.hpp"
#include "agent/cli/command.hpp"
#include "agent/io/run_blocking.hpp"
#include "agent/io/signal_source.hpp"

namespace weft::agent {

// Ctrl-C while a command changes something: the signal ends what is waited for, and the command can
// say what was done and what was not. From then on signals wait to be asked for; they end nothing.
class Interruption {
public:
    static Result<Interruption> open(const boost::asio::any_io_executor& executor);

    // The operation's result; Errc::Cancelled when a signal ended it. It may have come and the
    // result too: then came() is true beside it.
    template <class T>
    boost::asio::awaitable<Result<T>> unless(boost::asio::awaitable<Result<T>> operation) {
        using namespace boost::asio::experimental::awaitable_operators;
        std::optional<Result<T>> result;
        co_await (store_result(std::move(operation), result) || first_signal(signals_, number_));
        if (!result) co_return make_error(Errc::Cancelled);
        co_return std::move(*result);
    }

    bool came() const { return number_ != 0; }

    // Says it and ends as shells expect it.
    ExitCode report(CliConsole& console, const std::string& what_was_done,
                    const std::string& help = {}) const;

private:
    explicit Interruption(SignalSource signals) : signals_(std::move(signals)) {}

    SignalSource signals_;
    int number_ = 0;
};

}  // namespace weft::agent
