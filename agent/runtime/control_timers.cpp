#include "agent/runtime/control_timers.hpp"

#include <utility>

namespace weft::agent {

std::uint64_t ControlTimers::call_after(Duration delay, std::function<void()> action) {
    const std::uint64_t id = ++last_;
    auto timer = std::make_unique<boost::asio::steady_timer>(control_);
    timer->expires_after(std::chrono::duration_cast<boost::asio::steady_timer::duration>(delay));
    // An expired timer's handler may be queued already when the call is cancelled, or this is gone.
    timer->async_wait(
        [this, id, alive = std::weak_ptr(alive_)](const boost::system::error_code& failure) {
            if (failure || alive.expired()) return;
            auto call = calls_.extract(id);
            if (!call.empty()) call.mapped().action();
        });
    calls_.emplace(id, Call{std::move(timer), std::move(action)});
    return id;
}

}  // namespace weft::agent
