#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <initializer_list>

#include "agent/base/result.hpp"

namespace weft {

struct ReceivedSignal {
    int number = 0;
    // The terminal sent it, and with it to all processes in the foreground.
    bool from_terminal = false;
};

// Signals as values to wait for. They are blocked in the opening thread and in threads that it
// starts later, and stay so: what arrives between two waits is kept. Those that this process
// ignores do not come.
class SignalSource {
public:
    static Result<SignalSource> open(const boost::asio::any_io_executor& executor,
                                     std::initializer_list<int> numbers);

    // Errc::Cancelled when the wait was cancelled.
    boost::asio::awaitable<Result<ReceivedSignal>> next();

private:
    SignalSource(const boost::asio::any_io_executor& executor, int file) : file_(executor, file) {}

    boost::asio::posix::stream_descriptor file_;
};

}  // namespace weft
