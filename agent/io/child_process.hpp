#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/io/spawn.hpp"

namespace weft {

// A file without a name that holds the text and is read from its beginning, as stdin of a child:
// unlike a pipe it needs nobody who writes while the child reads. The caller closes it.
Result<int> file_of_text(std::string_view text);

// A program in the foreground: it has the terminal, the output and the process group of this one.
// Ends no later than its owner: the destructor kills what still runs.
class ChildProcess {
public:
    static Result<ChildProcess> start(const boost::asio::any_io_executor& executor,
                                      const SpawnSpec& spec);
    ~ChildProcess();
    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;

    // Until it has ended, or the wait is cancelled.
    boost::asio::awaitable<void> wait_end();
    bool has_ended() const { return child_ended(pid_); }
    void signal(int number) const;

    // SIGTERM, and after the grace SIGKILL; returns when it has ended. Not cancellable.
    boost::asio::awaitable<void> terminate(Duration grace);

    // How it ended, which it must have; once.
    Result<EndedChild> reap();

private:
    ChildProcess(const boost::asio::any_io_executor& executor, SpawnedChild ids)
        : pid_(ids.pid), end_(executor, ids.pidfd) {}

    pid_t pid_;  // 0 when reaped or moved from
    boost::asio::posix::stream_descriptor end_;
};

}  // namespace weft
