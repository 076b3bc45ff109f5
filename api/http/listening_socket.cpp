#include "api/http/listening_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "agent/base/ip_address.hpp"

namespace weft::api {
namespace {

constexpr int kBacklog = 1024;

std::string words(int error) {
    return std::generic_category().message(error);
}

void set(int socket, int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
}

struct TcpAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    int family = AF_INET;
    bool is_any_v6 = false;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

TcpAddress tcp_address(const IpAddress& ip, std::uint16_t port) {
    TcpAddress address;
    if (ip.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, ip.bytes().data(), 4);
        address.size = sizeof v4;
        return address;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, ip.bytes().data(), 16);
    address.size = sizeof v6;
    address.family = AF_INET6;
    address.is_any_v6 = ip.is_unspecified();
    return address;
}

std::string place(const HttpListener& listener) {
    const char* kind = listener.tls ? "HTTPS" : "HTTP";
    if (listener.address.find(':') != std::string::npos) {
        return fmt::format("{} on [{}]:{}", kind, listener.address, listener.port);
    }
    return fmt::format("{} on {}:{}", kind, listener.address, listener.port);
}

Error bind_error(const HttpListener& listener, int error) {
    const char* key = listener.tls ? "ports.https" : "ports.http";
    std::string advice;
    if (error == EADDRINUSE) {
        advice = fmt::format(
            ": another program, perhaps an agent, listens there; stop it or choose another {}",
            key);
    } else if (error == EADDRNOTAVAIL) {
        advice = ": this machine does not have that address; correct client_addr or addresses";
    } else if (error == EACCES) {
        advice = fmt::format(": ports below 1024 need a privilege; choose another {}", key);
    }
    return make_error(
        Errc::Io, fmt::format("cannot listen for {}: {}{}", place(listener), words(error), advice));
}

Result<ListeningSocket> open_tcp(const HttpListener& listener, TcpAddress& address) {
    int fd = socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return bind_error(listener, errno);
    ListeningSocket made(fd, listener.tls, {});
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    // Inherited by what is accepted: no delay for answers, and dead clients of long polls are
    // found.
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    if (address.family == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, address.is_any_v6 ? 0 : 1);
    if (bind(fd, address.get(), address.size) != 0) return bind_error(listener, errno);
    if (listen(fd, kBacklog) != 0) return bind_error(listener, errno);
    return made;
}

std::uint16_t bound_port(int fd) {
    TcpAddress address;
    address.size = sizeof address.storage;
    getsockname(fd, address.get(), &address.size);
    // The port has the same place in both kinds of address.
    return ntohs(reinterpret_cast<sockaddr_in&>(address.storage).sin_port);
}

Result<BoundListener> bind_tcp(const HttpListener& listener) {
    auto ip = IpAddress::parse(listener.address);
    if (!ip) return make_error(Errc::InvalidArgument, listener.address + " is no IP address");
    TcpAddress address = tcp_address(*ip, listener.port);
    WEFT_TRY(auto socket, open_tcp(listener, address));
    std::uint16_t port = bound_port(socket.descriptor());
    return BoundListener{std::move(socket), port};
}

Error unix_error(const std::string& path, int error) {
    return make_error(Errc::Io, fmt::format("cannot listen for HTTP on the unix socket {}: {}",
                                            path, words(error)));
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
}

// A socket file whose program has died is removed; anything else stays, and is an error.
Result<void> remove_stale(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return success();
    if (!S_ISSOCK(status.st_mode)) {
        return make_error(
            Errc::AlreadyExists,
            fmt::format("{} exists and is no socket: remove it or choose another path "
                        "for the HTTP API",
                        path));
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return unix_error(path, errno);
    sockaddr_un address = unix_address(path);
    bool refused = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
                   errno == ECONNREFUSED;
    close(fd);
    if (!refused) {
        return make_error(Errc::Io, fmt::format("cannot listen for HTTP on the unix socket {}: "
                                                "another program listens there; stop it or choose "
                                                "another path",
                                                path));
    }
    if (unlink(path.c_str()) != 0) return unix_error(path, errno);
    return success();
}

unsigned number(const std::string& text, int base, unsigned absent) {
    unsigned value = absent;
    if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

Result<BoundListener> bind_unix(const HttpListener& listener, const HttpConfig& config) {
    const std::string& path = listener.unix_path;
    WEFT_TRY(remove_stale(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return unix_error(path, errno);
    sockaddr_un address = unix_address(path);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        int error = errno;
        close(fd);
        return unix_error(path, error);
    }
    BoundListener bound{ListeningSocket(fd, listener.tls, path)};
    // Before listen(): nobody connects who may not.
    constexpr unsigned kKeep = static_cast<unsigned>(-1);
    unsigned user = number(config.unix_socket_user, 10, kKeep);
    unsigned group = number(config.unix_socket_group, 10, kKeep);
    if ((user != kKeep || group != kKeep) && chown(path.c_str(), user, group) != 0) {
        return unix_error(path, errno);
    }
    if (!config.unix_socket_mode.empty() &&
        chmod(path.c_str(), number(config.unix_socket_mode, 8, 0)) != 0) {
        return unix_error(path, errno);
    }
    if (listen(fd, kBacklog) != 0) return unix_error(path, errno);
    return bound;
}

}  // namespace

ListeningSocket::ListeningSocket(int descriptor, bool tls, std::string unix_path)
    : descriptor_(descriptor), tls_(tls), unix_path_(std::move(unix_path)) {}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      tls_(other.tls_),
      unix_path_(std::exchange(other.unix_path_, {})) {}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!unix_path_.empty()) unlink(unix_path_.c_str());
}

Result<BoundListener> bind_listener(const HttpListener& listener, const HttpConfig& config) {
    if (!listener.unix_path.empty()) return bind_unix(listener, config);
    return bind_tcp(listener);
}

}  // namespace weft::api
