// The least that an answer over HTTP costs on this machine: one thread, epoll, recv(), send() of
// the same bytes whatever was asked. What a server needs beyond that is its own.
//
//   http_floor PORT FILE     FILE holds the whole answer; ends with the signal that ends it
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

constexpr int kEventsMax = 64;
constexpr std::string_view kEndOfRequest = "\r\n\r\n";

int listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool listens =
        fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(fd, SOMAXCONN) == 0;
    return listens ? fd : -1;
}

void watch(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// False when the client is gone. A request comes in one piece, as wrk sends it.
bool answer(int fd, const std::string& text) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    if (!std::string_view(buffer.data(), static_cast<std::size_t>(count)).ends_with(kEndOfRequest))
        return false;
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: http_floor PORT FILE\n";
        return 2;
    }
    std::ifstream file(arguments[2], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const int listening = listen_on(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    if (text.empty() || listening < 0) {
        std::cerr << "http_floor: no answer in " << arguments[2] << ", or port " << arguments[1]
                  << " is taken\n";
        return 1;
    }
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listening);
    while (true) {
        std::array<epoll_event, kEventsMax> events;
        const int ready = ::epoll_wait(epoll, events.data(), kEventsMax, -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd != listening) {
                if (!answer(fd, text)) ::close(fd);
                continue;
            }
            const int client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) continue;
            const int on = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            watch(epoll, client);
        }
    }
}
