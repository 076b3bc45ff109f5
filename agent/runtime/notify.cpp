#include "agent/runtime/notify.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "agent/io/clock.hpp"

namespace weft::agent {

namespace {

// Microseconds of WATCHDOG_USEC when they are meant for this process.
std::optional<Duration> wanted_watchdog() {
    const char* period = std::getenv("WATCHDOG_USEC");
    const char* pid = std::getenv("WATCHDOG_PID");
    if (!period || (pid && std::atol(pid) != ::getpid())) return std::nullopt;
    const long long microseconds = std::atoll(period);
    if (microseconds <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

}  // namespace

ServiceNotifier::ServiceNotifier() : watchdog_(wanted_watchdog()) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (!path || (path[0] != '/' && path[0] != '@')) return;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (socket_ >= 0 &&
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
        ::close(socket_);
        socket_ = -1;
    }
    // Children (script checks) must not speak for the agent.
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
}

ServiceNotifier::~ServiceNotifier() {
    if (socket_ >= 0) ::close(socket_);
}

void ServiceNotifier::ready(std::string_view text) const {
    send(fmt::format("READY=1\nSTATUS={}\nMAINPID={}", text, ::getpid()));
}

void ServiceNotifier::reloading() const {
    send(fmt::format(
        "RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading",
        std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch()).count()));
}

void ServiceNotifier::stopping() const {
    send("STOPPING=1\nSTATUS=stopping");
}

void ServiceNotifier::status(std::string_view text) const {
    send(fmt::format("STATUS={}", text));
}

void ServiceNotifier::extend_startup(Duration more) const {
    send(fmt::format("EXTEND_TIMEOUT_USEC={}\nSTATUS=reading the log",
                     std::chrono::duration_cast<std::chrono::microseconds>(more).count()));
}

void ServiceNotifier::alive() const {
    send("WATCHDOG=1");
}

void ServiceNotifier::send(std::string_view message) const {
    if (socket_ >= 0) ::send(socket_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace weft::agent
