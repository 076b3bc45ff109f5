#pragma once

#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/runtime/catalog_machine.hpp"
#include "agent/runtime/session_deadlines.hpp"
#include "agent/runtime/session_metrics.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// Proposes the end of sessions whose TTL has passed. All on the control thread. Renewals are known
// here alone: after a restart each session has its full TTL again.
class SessionKeeper final : public api::SessionTimes {
public:
    SessionKeeper(const CatalogMachine& machine, api::Writer& writer,
                  boost::asio::any_io_executor control, std::shared_ptr<spdlog::logger> log,
                  prometheus::Registry& registry);

    // Takes over the sessions of the catalog; does nothing before.
    void start();
    void stop();
    // After each publication: what changed.
    void changed(const std::vector<Watch>& watches);
    // All are others: each has its full TTL.
    void restored();
    bool renew(std::string_view id) override;

private:
    void look_at_all();
    void look_at(std::string_view id, const SessionRow* row);
    void end_due();
    void end(const std::string& id);
    void rearm();

    const CatalogMachine& machine_;
    api::Writer& writer_;
    std::shared_ptr<spdlog::logger> log_;
    boost::asio::steady_timer timer_;
    Instant armed_ = Instant::max();  // when the timer fires
    SessionDeadlines deadlines_;
    SessionMetrics metrics_;
    // After a restart all are due at once: more ends at a time would leave no room for the writes
    // of clients.
    static constexpr std::size_t kEndsMost = 512;
    std::size_t ends_under_way_ = 0;
    bool running_ = false;
    bool is_failing_ = false;  // the last session that was due could not be ended: told once
};

}  // namespace weft::agent
