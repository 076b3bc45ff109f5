#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "gossip/core/internal_queries.hpp"
#include "gossip/core/lamport_clock.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/serf_members.hpp"
#include "gossip/core/serf_output.hpp"
#include "gossip/wire/serf_messages.hpp"

namespace weft::gossip {

// Queries that this agent hears: each is passed on once, acknowledged, and answered, by weft itself
// for Serf's internal ones, else by the application (protocols: queries, relay).
class QueryInbox {
public:
    // All outlive it.
    QueryInbox(const NodeConfig& config, const SerfMembers& members, InternalQueries& internal,
               Rng& rng);

    // blob is passed on as it came, when it is news.
    void handle(const Query& query, std::string_view blob, Instant now, SerfOutput& out);
    // Of the application: Errc::NotFound for a query that waits for none (any more), Errc::Limit
    // for one that is too large.
    Result<void> answer(LamportTime time, std::uint32_t id, std::string_view payload, Instant now,
                        SerfOutput& out);

    // Of somebody's whole view, the clock. is_join: see MergeOptions.
    void merge(const SerfPushPull& state, bool is_join, SerfOutput& out);
    // Forgets those that were not answered in time.
    void tick(Instant now);

    LamportTime clock() const { return clock_.time(); }
    std::uint64_t received() const { return received_; }
    std::size_t waiting() const { return waiting_.size(); }

private:
    struct Asker {
        Endpoint at;
        std::string name;
        std::uint8_t relay_factor = 0;
        Instant deadline{};
    };
    bool is_news(const Query& query, SerfOutput& out);
    bool is_for_us(const Query& query) const;
    Result<void> send(const Asker& asker, const QueryAnswer& answer, SerfOutput& out);

    const NodeConfig& config_;
    const SerfMembers& members_;
    InternalQueries& internal_;
    Rng& rng_;
    LamportClock clock_;
    LamportTime time_min_ = 0;
    // Ids of the last config.event_buffer times that something was asked at; what is older is
    // taken for known. See UserEvents.
    std::map<LamportTime, std::vector<std::uint32_t>> seen_;
    LamportTime forgotten_before_ = 0;
    std::map<std::pair<LamportTime, std::uint32_t>, Asker> waiting_;  // for the application
    std::uint64_t received_ = 0;
};

}  // namespace weft::gossip
