#include "agent/io/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "agent/io/dial.hpp"
#include "agent/io/output_tail.hpp"

extern char** environ;

namespace weft {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

// posix_spawn's two parameter objects with their release.
struct SpawnSettings {
    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

struct Pipe {
    int read_end = -1;
    int write_end = -1;
};

Error os_error(const std::string& what, int reason) {
    const boost::system::error_code code(reason, boost::system::system_category());
    return make_error(Errc::Io, what + ": " + plain_words(code));
}

std::vector<std::string> merged_environment(const ProcessSpec& spec) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto is_replaced = [&](const auto& own) {
            return text.starts_with(own.first) && text.substr(own.first.size()).starts_with('=');
        };
        if (std::none_of(spec.environment.begin(), spec.environment.end(), is_replaced))
            merged.emplace_back(text);
    }
    for (const auto& [name, value] : spec.environment) merged.push_back(name + "=" + value);
    return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

void prepare(SpawnSettings& settings, int output) {
    posix_spawn_file_actions_addopen(&settings.actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&settings.actions, output, 1);
    posix_spawn_file_actions_adddup2(&settings.actions, output, 2);
    // Asio's sockets are not close-on-exec: a program that lives on would hold listening ports.
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, 3);
    // A thread of ours may block signals or ignore some: the program shall find the defaults.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setsigdefault(&settings.attributes, &all);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                       POSIX_SPAWN_SETSIGDEF);
}

Result<pid_t> spawn(const ProcessSpec& spec, int output) {
    const auto environment = merged_environment(spec);
    const auto arguments = pointers(spec.args);
    const auto variables = pointers(environment);
    SpawnSettings settings;
    prepare(settings, output);
    pid_t pid = 0;
    const int failure = posix_spawnp(&pid, spec.args[0].c_str(), &settings.actions,
                                     &settings.attributes, arguments.data(), variables.data());
    if (failure == 0) return pid;
    const bool in_path = spec.args[0].find('/') == std::string::npos;
    if (failure == ENOENT && in_path) {
        return make_error(
            Errc::NotFound,
            fmt::format("exec: \"{}\": executable file not found in $PATH", spec.args[0]));
    }
    return os_error("fork/exec " + spec.args[0], failure);
}

int open_pidfd(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

// A child with its end and its output as things to wait for.
class Child {
public:
    Child(const asio::any_io_executor& executor, pid_t pid, int pidfd, int output,
          std::size_t output_max)
        : pid_(pid), end_(executor, pidfd), output_(executor, output), tail_(output_max) {}

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

    // Also when it cannot be waited for: where SIGCHLD is ignored, the kernel reaps it.
    bool has_ended() const {
        siginfo_t info;
        std::memset(&info, 0, sizeof info);
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            return true;
        return info.si_pid == pid_;
    }

    Result<ProcessResult> reap() {
        siginfo_t info;
        std::memset(&info, 0, sizeof info);
        while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0) {
            if (errno != EINTR) return os_error("waitid", errno);
        }
        ProcessResult result;
        result.end = info.si_code == CLD_EXITED ? ProcessEnd::Exited : ProcessEnd::Signalled;
        result.code = info.si_status;
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

asio::awaitable<void> sleep(Duration time) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

// Reads output until the child ends or the time is over. The collector never ends the wait: a
// program may close its output and go on.
asio::awaitable<void> wait_for(Child& child, Duration limit) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer never(co_await asio::this_coro::executor);
    never.expires_at(asio::steady_timer::time_point::max());
    co_await (child.wait_end() || sleep(limit) ||
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
    auto pid = spawn(spec, pipe.value().write_end);
    ::close(pipe.value().write_end);
    const int pidfd = pid ? open_pidfd(pid.value()) : -1;
    if (pidfd < 0) {
        const int reason = errno;
        ::close(pipe.value().read_end);
        if (!pid) co_return std::move(pid).error();
        ::kill(-pid.value(), SIGKILL);
        ::waitpid(pid.value(), nullptr, 0);
        co_return os_error("pidfd_open", reason);
    }
    Child child(co_await asio::this_coro::executor, pid.value(), pidfd, pipe.value().read_end,
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
