#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "agent/cli/agent_client.hpp"

namespace weft::agent {

// A session of the agent's node that a command makes for itself and keeps alive while it runs.
class AgentSession {
public:
    static constexpr Duration kTtl = std::chrono::seconds(15);

    // behavior "delete": its keys go with it.
    static boost::asio::awaitable<Result<AgentSession>> create(const AgentClient& client,
                                                               std::string name,
                                                               std::string behavior);

    // Renews it until it is lost: gone, or not renewed for as long as it may live, also when the
    // agent only does not answer: then true. False when cancelled; may then be called again.
    boost::asio::awaitable<bool> keep_alive();
    boost::asio::awaitable<void> destroy() const;

    const std::string& id() const { return id_; }

private:
    AgentSession(const AgentClient& client, std::string id, Instant renewed)
        : client_(&client), id_(std::move(id)), renewed_(renewed) {}

    const AgentClient* client_;
    std::string id_;
    Instant renewed_;  // when it was asked for, the last time that it was granted
};

}  // namespace weft::agent
