#include "agent/runtime/signals.hpp"

#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>

namespace weft::agent {

Signals::Signals(Runtime& runtime, SignalPolicy policy, const ServiceNotifier& notifier)
    : runtime_(runtime),
      policy_(policy),
      notifier_(notifier),
      signals_(runtime.control(), SIGHUP, SIGINT, SIGTERM) {
    signals_.add(SIGUSR1);
    signals_.add(SIGUSR2);
    wait();
}

void Signals::wait() {
    signals_.async_wait([this](const boost::system::error_code& failure, int signal) {
        if (failure) return;
        received(signal);
        wait();
    });
}

void Signals::received(int signal) {
    if (signal == SIGHUP) {
        reload();
        return;
    }
    if (signal == SIGUSR1 || signal == SIGUSR2) {
        // Consul's agents write their metrics then.
        runtime_.log()->info("SIGUSR1 and SIGUSR2 do nothing: metrics are at /v1/agent/metrics");
        return;
    }
    if (stopping_) {
        runtime_.log()->warn("second signal, ending at once");
        std::_Exit(1);
    }
    stopping_ = true;
    notifier_.stopping();
    runtime_.stop(signal == SIGINT ? policy_.leave_on_interrupt : policy_.leave_on_terminate);
}

void Signals::reload() {
    notifier_.reloading();
    runtime_.reload([this](const Result<void>& result) {
        // The old configuration is still served when the new one was refused.
        notifier_.ready(result ? "serving" : "serving; the last reload was refused");
    });
}

Watchdog::Watchdog(Runtime& runtime, const ServiceNotifier& notifier)
    : notifier_(notifier), timer_(runtime.control()) {
    if (!notifier.watchdog_interval()) return;
    period_ = *notifier.watchdog_interval() / 2;
    boost::asio::post(runtime.control(), [this] { wait(); });
}

void Watchdog::wait() {
    notifier_.alive();
    timer_.expires_after(std::chrono::duration_cast<boost::asio::steady_timer::duration>(period_));
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure) wait();
    });
}

}  // namespace weft::agent
