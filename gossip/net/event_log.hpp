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
#include "gossip/net/repeated.hpp"
#include "gossip/net/ring_log.hpp"

namespace weft::gossip {

// The lines of a ring in the log: one for each change of state, unless there is no end of them;
// what strangers can cause as often as they like, at most once in 30 seconds for each reason. One
// thread.
class EventLog final : public RingLog {
public:
    // In 30 seconds: changes of members; addresses that could not be joined; changes of keys.
    static constexpr std::size_t kMemberLinesMax = 1000;
    static constexpr std::size_t kFailedJoinsMax = 16;
    static constexpr std::size_t kKeyLinesMax = 16;

    explicit EventLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    void listening(const Endpoint& local) override;
    void happened(const Event& event, Instant now) override;
    void refused(std::string_view what, const Endpoint& from, const Error& error,
                 Instant now) override;
    void late(Duration late, Instant now) override;

private:
    std::shared_ptr<spdlog::logger> logger_;
    Endpoint local_;
    std::array<Repeated, ReasonCounts::kReasons> refusals_;
    Repeated lateness_;
    Repeated member_lines_{kMemberLinesMax};
    Repeated failed_joins_{kFailedJoinsMax};
    Repeated key_changes_{kKeyLinesMax};
};

}  // namespace weft::gossip
