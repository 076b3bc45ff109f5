#include "agent/io/child_process.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/io/pause.hpp"

namespace weft {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

Result<int> file_of_text(std::string_view text) {
    const int file = ::memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return os_error("memfd_create", errno);
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int reason = errno;
            ::close(file);
            return os_error("write", reason);
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(file, 0, SEEK_SET);
    return file;
}

Result<ChildProcess> ChildProcess::start(const asio::any_io_executor& executor,
                                         const SpawnSpec& spec) {
    WEFT_TRY(auto ids, spawn_child(spec));
    return ChildProcess(executor, ids);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), end_(std::move(other.end_)) {}

ChildProcess::~ChildProcess() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    static_cast<void>(reap_child(pid_));
}

asio::awaitable<void> ChildProcess::wait_end() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return;
    co_await end_.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
}

void ChildProcess::signal(int number) const {
    if (pid_ != 0) ::kill(pid_, number);
}

asio::awaitable<void> ChildProcess::terminate(Duration grace) {
    using namespace asio::experimental::awaitable_operators;
    // Cancelling the caller must not leave the child behind.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    signal(SIGTERM);
    co_await (wait_end() || pause_for(grace));
    if (has_ended()) co_return;
    signal(SIGKILL);
    while (!has_ended()) co_await wait_end();
}

Result<EndedChild> ChildProcess::reap() {
    WEFT_ASSERT(pid_ != 0);
    return reap_child(std::exchange(pid_, 0));
}

}  // namespace weft
