#include "agent/cli/agent_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/deadline.hpp"
#include "agent/io/pause.hpp"

namespace weft::agent {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr Duration kRetry = std::chrono::seconds(1);

std::string session_body(const std::string& name, const std::string& behavior) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    if (!behavior.empty()) writer.field("Behavior", behavior);
    writer.field("Name", name);
    writer.field("TTL", format_go_duration(AgentSession::kTtl));
    writer.end_object();
    return body;
}

}  // namespace

asio::awaitable<Result<AgentSession>> AgentSession::create(const AgentClient& client,
                                                           std::string name, std::string behavior) {
    const Instant asked = now();
    auto answer = co_await client.fetch("PUT", "/v1/session/create", session_body(name, behavior));
    WEFT_CO_TRY(auto response, checked(std::move(answer)));
    json::error_code failure;
    const json::value created = json::parse(response.body, failure);
    std::string id = failure ? "" : json_text(created, "ID");
    if (id.empty()) co_return make_error(Errc::Corrupt, "the agent's answer names no session");
    co_return AgentSession(client, std::move(id), asked);
}

asio::awaitable<bool> AgentSession::keep_alive() {
    bool waiting = co_await pause_for(std::max(renewed_ + kTtl / 2 - now(), Duration::zero()));
    while (waiting && now() < renewed_ + kTtl) {
        // What an agent that does not answer did is not known: its time counts from the question.
        const Instant asked = now();
        auto renewal = client_->fetch("PUT", "/v1/session/renew/" + id_);
        const auto answer = co_await within(renewed_ + kTtl - asked, std::move(renewal));
        if (answer && answer.value().status == 404) co_return true;
        const bool done = answer && answer.value().status == 200;
        if (done) renewed_ = asked;
        const Duration pause = done ? kTtl / 2 : kRetry;
        waiting = co_await pause_for(pause);
    }
    co_return waiting;
}

asio::awaitable<void> AgentSession::destroy() const {
    static_cast<void>(co_await client_->fetch("PUT", "/v1/session/destroy/" + id_));
}

}  // namespace weft::agent
