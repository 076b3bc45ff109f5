#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>

#include "agent/base/result.hpp"

namespace weft::api {

// Whoever is told that his socket is ready.
class ReadyOwner {
public:
    // events: those of epoll(7), EPOLLHUP and EPOLLERR whether asked for or not. Told again as long
    // as they last.
    virtual void socket_ready(std::uint32_t events) = 0;

protected:
    ~ReadyOwner() = default;
};

// The sockets of one worker in an epoll instance of their own. It is level-triggered, so that a
// client's next request needs no system call to wait for, where Asio's async_wait makes one each
// time. All on one thread.
class Readiness {
public:
    // Throws std::system_error when there is no descriptor for it, as an io_context does.
    explicit Readiness(boost::asio::io_context& io);
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    // Readable while a socket is ready: to wait for.
    boost::asio::posix::stream_descriptor& descriptor() { return epoll_; }

    // From here on the owner is told of these events, until remove(). Errc::Unavailable when the
    // kernel has no room.
    Result<void> add(int socket, ReadyOwner& owner, std::uint32_t events);
    // Of a socket that was added.
    void change(int socket, ReadyOwner& owner, std::uint32_t events);
    // Before the socket is closed.
    void remove(int socket, ReadyOwner& owner);

    // Tells the owners of sockets that are ready now, up to a number of them. They may remove
    // themselves and others meanwhile.
    void run();

private:
    static constexpr std::size_t kTurn = 64;

    boost::asio::posix::stream_descriptor epoll_;
    std::array<ReadyOwner*, kTurn> told_{};  // by run(); null: removed since
    std::size_t count_ = 0;
};

}  // namespace weft::api
