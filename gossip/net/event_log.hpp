#pragma once

#include <spdlog/logger.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/output.hpp"
#include "gossip/net/net_counters.hpp"
#include "gossip/net/ring_log.hpp"

namespace weft::gossip {

// The lines of a ring in the log: one for each change of state; what strangers can cause as often
// as they like, at most once in 30 seconds for each reason. One thread.
class EventLog final : public RingLog {
public:
    static constexpr Duration kInterval = std::chrono::seconds(30);

    explicit EventLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    void listening(const Endpoint& local) override;
    void happened(const Event& event) override;
    void refused(std::string_view what, const Endpoint& from, const Error& error,
                 Instant now) override;
    void late(Duration late, Instant now) override;

private:
    // Of lines that repeat.
    struct Repeated {
        Instant next = Instant::min();
        std::size_t unreported = 0;

        // How often it happened since the last line; 0: no line is due.
        std::size_t due(Instant now) {
            ++unreported;
            if (now < next) return 0;
            next = now + kInterval;
            return std::exchange(unreported, 0);
        }
    };

    std::shared_ptr<spdlog::logger> logger_;
    Endpoint local_;
    std::array<Repeated, ReasonCounts::kReasons> refusals_;
    Repeated lateness_;
};

}  // namespace weft::gossip
