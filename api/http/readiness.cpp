#include "api/http/readiness.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "agent/base/assert.hpp"

namespace weft::api {
namespace {

epoll_event event_of(ReadyOwner& owner, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &owner;
    return event;
}

int make_epoll() {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    return epoll;
}

}  // namespace

Readiness::Readiness(boost::asio::io_context& io) : epoll_(io, make_epoll()) {}

Result<void> Readiness::add(int socket, ReadyOwner& owner, std::uint32_t events) {
    epoll_event event = event_of(owner, events);
    if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0) return success();
    return make_error(Errc::Unavailable, std::generic_category().message(errno));
}

void Readiness::change(int socket, ReadyOwner& owner, std::uint32_t events) {
    epoll_event event = event_of(owner, events);
    const int failed = epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket, &event);
    WEFT_ASSERT(failed == 0);  // only for what was never added
}

void Readiness::remove(int socket, ReadyOwner& owner) {
    epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
    for (std::size_t i = 0; i < count_; ++i) {
        if (told_[i] == &owner) told_[i] = nullptr;
    }
}

void Readiness::run() {
    std::array<epoll_event, kTurn> events;
    const int ready =
        epoll_wait(epoll_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    count_ = static_cast<std::size_t>(std::max(ready, 0));
    for (std::size_t i = 0; i < count_; ++i)
        told_[i] = static_cast<ReadyOwner*>(events[i].data.ptr);
    for (std::size_t i = 0; i < count_; ++i) {
        if (told_[i]) told_[i]->socket_ready(events[i].events);
    }
    count_ = 0;
}

}  // namespace weft::api
