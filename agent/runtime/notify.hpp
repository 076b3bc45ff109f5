#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"

namespace weft::agent {

// Tells systemd how the service is (sd_notify(3)) by its datagram socket; without one
// (NOTIFY_SOCKET is not set) all calls do nothing.
class ServiceNotifier {
public:
    ServiceNotifier();
    ~ServiceNotifier();
    ServiceNotifier(const ServiceNotifier&) = delete;
    ServiceNotifier& operator=(const ServiceNotifier&) = delete;

    void ready(std::string_view status) const;
    void reloading() const;
    void stopping() const;
    void status(std::string_view text) const;
    // Startup may take this much longer from now on: a log is being replayed.
    void extend_startup(Duration more) const;

    // How often systemd wants to hear alive() at least; none when it does not watch.
    std::optional<Duration> watchdog_interval() const { return watchdog_; }
    void alive() const;

private:
    void send(std::string_view message) const;

    int socket_ = -1;
    std::optional<Duration> watchdog_;
};

}  // namespace weft::agent
