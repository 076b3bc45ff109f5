#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// Timers of the control thread for the HTTP API. Calls that are pending when this is destroyed are
// not made.
class ControlTimers final : public api::ControlTimers {
public:
    explicit ControlTimers(boost::asio::any_io_executor control) : control_(std::move(control)) {}

    std::uint64_t call_after(Duration delay, std::function<void()> action) override;
    void cancel(std::uint64_t call) override { calls_.erase(call); }

private:
    struct Call {
        std::unique_ptr<boost::asio::steady_timer> timer;
        std::function<void()> action;
    };

    boost::asio::any_io_executor control_;
    std::uint64_t last_ = 0;
    std::unordered_map<std::uint64_t, Call> calls_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::agent
