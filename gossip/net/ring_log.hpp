#pragma once

#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/output.hpp"

namespace weft::gossip {

// Who writes down what a ring sees (EventLog). An interface, so that a program of gossip alone
// carries no logging library.
class RingLog {
public:
    virtual ~RingLog() = default;

    // Where the agent is bound; before all else.
    virtual void listening(const Endpoint& local) = 0;
    virtual void happened(const Event& event, Instant now) = 0;
    // Bytes of a peer were dropped; what: "datagram" or "stream".
    virtual void refused(std::string_view what, const Endpoint& from, const Error& error,
                         Instant now) = 0;
    // By how much a deadline was missed.
    virtual void late(Duration late, Instant now) = 0;
};

}  // namespace weft::gossip
