#include "agent/cli/progress.hpp"

#include <fmt/format.h>

#include <chrono>

#include "agent/io/pause.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kPatience{300};
constexpr std::chrono::seconds kRefresh{1};
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress(const CliConsole& console)
    : err_(console.as_consul ? nullptr : console.err), terminal_(console.err_is_terminal) {}

asio::awaitable<void> Progress::tell(std::string what) const {
    if (!err_) co_return;
    bool waiting = co_await pause_for(kPatience);
    if (!waiting) co_return;
    if (!terminal_) {
        err_(what + "\n");
        co_return;
    }
    err_(what);
    for (int seconds = 1;; ++seconds) {
        waiting = co_await pause_for(kRefresh);
        if (!waiting) break;
        err_(fmt::format("{}{} ({} s)", kClearLine, what, seconds));
    }
    err_(kClearLine);
}

}  // namespace weft::agent
