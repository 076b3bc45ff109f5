#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/core/lamport_clock.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/serf_output.hpp"
#include "gossip/wire/serf_messages.hpp"

namespace weft::gossip {

// User events: each is delivered once, passed on once heard, and kept for those who come later
// (protocols: Serf behaviour, user events).
class UserEvents {
public:
    // config outlives it.
    explicit UserEvents(const NodeConfig& config);

    // blob is passed on as it came, when it is news.
    void handle(const UserEvent& event, std::string_view blob, SerfOutput& out);
    // Errc::Limit when it is larger than config allows.
    Result<void> fire(std::string_view name, std::string_view payload, bool coalesce,
                      SerfOutput& out);

    // Those of somebody's push/pull, not passed on. ignore_old: those of before the other's clock
    // are kept for others, but not delivered here.
    void merge(const SerfPushPull& state, bool ignore_old, SerfOutput& out);
    // For ours: what is kept, oldest first. The lists point into this object.
    std::vector<std::optional<EventsAtTime>> kept() const;

    // What is kept comes to this, whatever the order it came in.
    std::uint64_t digest() const;

    LamportTime clock() const { return clock_.time(); }
    std::uint64_t received() const { return received_; }
    std::size_t kept_bytes() const { return kept_bytes_; }

private:
    struct Kept {
        std::string name;
        std::string payload;

        std::size_t bytes() const { return name.size() + payload.size(); }
    };
    // Keeps it, and delivers it unless it is too old. False when that is no news.
    bool take(const UserEvent& event, SerfOutput& out);
    void forget_old();

    const NodeConfig& config_;
    LamportClock clock_;
    LamportTime time_min_ = 0;
    // Not older than config.event_buffer before the clock, and not more than so many bytes.
    std::map<LamportTime, std::vector<Kept>> kept_;
    std::size_t kept_bytes_ = 0;
    LamportTime forgotten_before_ = 0;  // what is older is taken for known
    std::uint64_t received_ = 0;
};

}  // namespace weft::gossip
