#include "agent/cli/child_command.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio/this_coro.hpp>
#include <cctype>
#include <cstring>

#include "agent/cli/failure.hpp"
#include "agent/io/pause.hpp"

namespace weft::agent {

namespace asio = boost::asio;

CliFlag shell_flag() {
    return {"shell", "", "run the command by $SHELL or /bin/sh; true by default"};
}

std::vector<std::string> child_words(const CliArguments& arguments, const CliConsole& console,
                                     std::size_t first) {
    std::vector<std::string> words(arguments.words().begin() + static_cast<std::ptrdiff_t>(first),
                                   arguments.words().end());
    if (words.empty() || arguments.text("shell", "true") == "false") return words;
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
    return {console.variable({"SHELL"}).value_or("/bin/sh"), "-c", line};
}

Result<SignalSource> open_signals(const asio::any_io_executor& executor) {
    return SignalSource::open(executor, {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2});
}

asio::awaitable<void> forward_signals(SignalSource& signals, const ChildProcess& child, int& last) {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (bool ended = false; !ended; ended = co_await is_cancelled()) {
        const auto signal = co_await signals.next();
        if (!signal) co_return;
        last = signal.value().number;
        if (!signal.value().from_terminal) child.signal(last);
    }
}

asio::awaitable<void> first_signal(SignalSource& signals, int& number) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto signal = co_await signals.next();
    if (signal) number = signal.value().number;
}

std::string ended_text(const EndedChild& ended) {
    if (!ended.by_signal) return fmt::format("exit status {}", ended.code);
    std::string name = ::strsignal(ended.code);
    if (!name.empty())
        name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return "signal: " + name;
}

int ended_status(const EndedChild& ended) {
    return ended.by_signal ? 128 + ended.code : ended.code;
}

ExitCode fail_start(CliConsole& console, ExitCode code, const Error& error) {
    return fail(console, code,
                {.what = "the command cannot be started",
                 .cause = error.message(),
                 .code = failure_code::kProgram,
                 .as_consul = "Error starting handler: " + error.message()});
}

}  // namespace weft::agent
