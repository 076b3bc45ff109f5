#include "agent/cli/transfer_progress.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kPatience{300};
constexpr std::chrono::milliseconds kRefresh{100};
constexpr const char* kClearLine = "\r\x1b[K";

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1024 * 1024);
}

}  // namespace

std::string TransferProgress::line(std::int64_t tenths) const {
    const std::string time = fmt::format("{}.{} s", tenths / 10, tenths % 10);
    if (total_ == 0) return fmt::format("{}: {:.1f} MiB, {}", what_, mebibytes(moved_), time);
    if (moved_ >= total_)
        return fmt::format("{}: {:.1f} MiB sent, waiting for the agent, {}", what_,
                           mebibytes(total_), time);
    return fmt::format("{}: {:.1f} of {:.1f} MiB ({} %), {}", what_, mebibytes(moved_),
                       mebibytes(total_), moved_ * 100 / total_, time);
}

asio::awaitable<void> TransferProgress::show() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto waits = kPatience;
    std::int64_t tenths = 0;
    while (true) {
        timer.expires_after(waits);
        const auto token = asio::as_tuple(asio::use_awaitable);
        const auto [cancelled] = co_await timer.async_wait(token);
        if (cancelled) break;
        if (!console_.err_is_terminal) {
            console_.err(what_ + "\n");
            co_return;
        }
        tenths += waits.count() / kRefresh.count();
        waits = kRefresh;
        console_.err(kClearLine + line(tenths));
    }
    if (tenths > 0) console_.err(kClearLine);
}

}  // namespace weft::agent
