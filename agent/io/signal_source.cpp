#include "agent/io/signal_source.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "agent/io/pause.hpp"
#include "agent/io/spawn.hpp"

namespace weft {

namespace asio = boost::asio;

Result<SignalSource> SignalSource::open(const asio::any_io_executor& executor,
                                        std::initializer_list<int> numbers) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : numbers) {
        // Blocked it would come though it is ignored, as under `nohup`.
        if (!is_ignored(number)) sigaddset(&wanted, number);
    }
    if (const int reason = ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr); reason != 0)
        return os_error("sigmask", reason);
    const int file = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (file < 0) return os_error("signalfd", errno);
    return SignalSource(executor, file);
}

asio::awaitable<Result<ReceivedSignal>> SignalSource::next() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    signalfd_siginfo info{};
    const auto buffer = asio::buffer(&info, sizeof info);
    const auto [error, size] =
        co_await file_.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
    if (error || size != sizeof info) co_return make_error(Errc::Cancelled);
    ReceivedSignal received;
    received.number = static_cast<int>(info.ssi_signo);
    received.from_terminal = info.ssi_code == SI_KERNEL;
    co_return received;
}

}  // namespace weft
