#pragma once

#include <spdlog/logger.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/gossip_config.hpp"
#include "agent/runtime/join_schedule.hpp"
#include "api/http/ring.hpp"
#include "gossip/net/ring.hpp"

namespace weft::agent {

// Brings an agent into its ring: resolves the addresses, tries again until somebody answers, and
// finds the ring of the last life by itself. All on the ring's executor.
class RingJoiner {
public:
    using Done = std::function<void(Result<api::JoinOutcome>)>;

    RingJoiner(gossip::Ring& ring, const GossipConfig& config, std::vector<gossip::Endpoint> known,
               std::shared_ptr<spdlog::logger> log);

    // Of a join at the start: those of the last life, start_join and retry_join, again and again
    // but for start_join, until somebody else is known; with retry_join again whenever nobody else
    // is alive any more. Ends when cancelled or when the agent leaves, and without retry_join when
    // joined, or when the ring of the last life found this agent. The error, where one is called
    // for: the agent must end. That this agent is among those to be joined is no error.
    boost::asio::awaitable<Result<void>> run();

    // The addresses at once, each with what became of it. This agent's own count as joined.
    boost::asio::awaitable<api::JoinOutcome> join(std::vector<std::string> addresses);

    // A join that the ring says is over.
    void heard(const gossip::event::JoinFinished& event);

private:
    struct Outcome : api::JoinOutcome {
        std::size_t itself = 0;  // of joined: addresses of this agent
    };
    // One that waits for its addresses.
    struct Waiting {
        std::multiset<gossip::Endpoint> open;
        Outcome outcome;
        boost::asio::steady_timer ended;  // is cancelled then
    };

    // Whether user events are delivered that were fired before the join.
    enum class OldEvents { Ignored, Delivered };

    boost::asio::awaitable<Outcome> join_endpoints(std::vector<gossip::Endpoint> endpoints,
                                                   OldEvents old);
    boost::asio::awaitable<Outcome> join_address(std::string address, OldEvents old);
    // All at once: a name that nobody knows holds up none of the others.
    boost::asio::awaitable<Outcome> join(std::vector<std::string> addresses,
                                         std::vector<gossip::Endpoint> endpoints, OldEvents old);
    boost::asio::awaitable<Result<bool>> join_at_start();
    // False: ended. tries_max: 0 is no limit.
    boost::asio::awaitable<Result<bool>> retry(std::int64_t tries_max);
    boost::asio::awaitable<bool> await_solitude();
    boost::asio::awaitable<bool> wait(Duration pause);
    void log_failure(const Outcome& outcome, std::int64_t tries, Duration pause);
    bool is_own(const gossip::Endpoint& endpoint) const;
    bool knows_somebody();
    boost::asio::awaitable<Result<std::vector<gossip::Endpoint>>> resolved(std::string address);

    gossip::Ring& ring_;
    const GossipConfig& config_;
    JoinSchedule schedule_;
    std::shared_ptr<spdlog::logger> log_;
    std::list<Waiting> waiting_;
    OldEvents old_events_ = OldEvents::Ignored;  // of joins by run()
    std::string companion_;  // one that was alive, so that few looks are at all members
};

}  // namespace weft::agent
