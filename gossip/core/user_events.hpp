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

    // Those of somebody's push/pull. What is not delivered is kept for others. News is passed on
    // unless this agent joins with it, which is news to nobody else: whoever told it while cut off
    // told nobody, and from view to view alone it would take minutes to reach the last.
    void merge(const SerfPushPull& state, const MergeOptions& options, SerfOutput& out);
    // For ours: what is kept, oldest first. The lists point into this object.
    std::vector<std::optional<EventsAtTime>> kept() const;

    // What is kept comes to this, whatever the order it came in.
    std::uint64_t digest() const;

    LamportTime clock() const { return clock_.time(); }
    std::uint64_t received() const { return received_; }
    std::size_t kept_bytes() const { return kept_bytes_; }
    // Times that are not kept any more although there were few: their events took too many bytes.
    std::uint64_t dropped_early() const { return dropped_early_; }

private:
    struct Kept {
        std::string name;
        std::string payload;

        std::size_t bytes() const { return name.size() + payload.size(); }
    };
    // Keeps it, and delivers it unless it is too old. False when that is no news.
    bool take(const UserEvent& event, SerfOutput& out);
    void forget_old();
    void pass_on(const UserEvent& event, SerfOutput& out) const;

    const NodeConfig& config_;
    LamportClock clock_;
    LamportTime time_min_ = 0;
    // Of the last config.event_buffer times that anything happened at, and not more than so many
    // bytes. Times, not a distance from the clock as in Serf: one message that has the clock leap
    // would else make everything that others say too old.
    std::map<LamportTime, std::vector<Kept>> kept_;
    std::size_t kept_bytes_ = 0;
    LamportTime forgotten_before_ = 0;  // what is older is taken for known
    std::uint64_t received_ = 0;
    std::uint64_t dropped_early_ = 0;
};

}  // namespace weft::gossip
