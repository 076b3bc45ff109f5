#pragma once

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/runtime/notify.hpp"
#include "agent/runtime/runtime.hpp"

namespace weft::agent {

struct SignalPolicy {
    bool leave_on_interrupt = false;
    bool leave_on_terminate = false;
};

// SIGHUP reloads, SIGINT and SIGTERM stop the agent, a second one ends the process at once.
class Signals {
public:
    Signals(Runtime& runtime, SignalPolicy policy, const ServiceNotifier& notifier);

private:
    void wait();
    void received(int signal);
    void reload();

    Runtime& runtime_;
    SignalPolicy policy_;
    const ServiceNotifier& notifier_;
    boost::asio::signal_set signals_;
    bool stopping_ = false;
};

// Tells systemd that the agent is alive as long as its control thread turns.
class Watchdog {
public:
    Watchdog(Runtime& runtime, const ServiceNotifier& notifier);

private:
    void wait();

    const ServiceNotifier& notifier_;
    boost::asio::steady_timer timer_;
    Duration period_{};
};

}  // namespace weft::agent
