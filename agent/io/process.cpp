#include "agent/io/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <optional>

#include "agent/io/output_tail.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/spawn.hpp"

namespace weft {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

struct Pipe {
    int read_end = -1;
    int write_end = -1;
};

// A child with its end and its output as things to wait for.
class Child {
public:
    Child(const asio::any_io_executor& executor, SpawnedChild ids, int output,
          std::size_t output_max)
        : pid_(ids.pid), end_(executor, ids.pidfd), output_(executor, output), tail_(output_max) {}

    // The group exists as long as its leader is not reaped, so that its number cannot be another's.
    void signal_group(int signal) { ::kill(-pid_, signal); }

    asio::awaitable<void> wait_end() {
        co_await end_.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    }

    asio::awaitable<void> collect() {
        std::array<char, 16 * 1024> block;
        while (true) {
            const auto [error, size] = co_await output_.async_read_some(
                asio::buffer(block), asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            tail_.append(std::string_view(block.data(), size));
        }
    }

    // What is in the pipe at the moment: at most its capacity, whoever still writes.
    void drain() {
        std::array<char, 16 * 1024> block;
        for (int rounds = 0; rounds < 64; ++rounds) {
            const ssize_t size = ::read(output_.native_handle(), block.data(), block.size());
            if (size <= 0) return;
            tail_.append(std::string_view(block.data(), static_cast<std::size_t>(size)));
        }
    }

    bool has_ended() const { return child_ended(pid_); }

    Result<ProcessResult> reap() {
        WEFT_TRY(auto ended, reap_child(pid_));
        ProcessResult result;
        result.end = ended.by_signal ? ProcessEnd::Signalled : ProcessEnd::Exited;
        result.code = ended.code;
        result.output = tail_.str();
        result.output_total = tail_.total();
        return result;
    }

private:
    pid_t pid_;
    stream_descriptor end_;  // pidfd: readable once the child has ended
    stream_descriptor output_;
    OutputTail tail_;
};

// Reads output until the child ends or the time is over. The collector never ends the wait: a
// program may close its output and go on.
asio::awaitable<void> wait_for(Child& child, Duration limit) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer never(co_await asio::this_coro::executor);
    never.expires_at(asio::steady_timer::time_point::max());
    co_await (child.wait_end() || pause_for(limit) ||
              (child.collect() && never.async_wait(asio::as_tuple(asio::use_awaitable))));
}

asio::awaitable<void> kill_group(Child& child, Duration grace) {
    // Cancelling the caller must not leave processes behind.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    child.signal_group(SIGTERM);
    co_await wait_for(child, grace);
    child.signal_group(SIGKILL);
    while (!child.has_ended()) co_await child.wait_end();
}

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return os_error("pipe", errno);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return Pipe{ends[0], ends[1]};
}

}  // namespace

asio::awaitable<Result<ProcessResult>> run_process(ProcessSpec spec) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (spec.args.empty()) co_return make_error(Errc::InvalidArgument, "no program given");
    auto pipe = make_pipe();
    if (!pipe) co_return std::move(pipe).error();
    const int output = pipe.value().write_end;
    auto child_ids = spawn_child({.args = spec.args,
                                  .environment = spec.environment,
                                  .input = spec.input,
                                  .output = output,
                                  .error = output,
                                  .own_group = true});
    ::close(output);
    if (!child_ids) {
        ::close(pipe.value().read_end);
        co_return std::move(child_ids).error();
    }
    Child child(co_await asio::this_coro::executor, child_ids.value(), pipe.value().read_end,
                spec.output_max);
    co_await wait_for(child, spec.timeout);
    const bool ended = child.has_ended();
    if (!ended) co_await kill_group(child, spec.kill_grace);
    child.drain();
    auto result = child.reap();
    if (result && !ended) result.value().end = ProcessEnd::TimedOut;
    co_return std::move(result);
}

}  // namespace weft
