#include "agent/cli/agent_session.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/io/clock.hpp"
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

Result<HttpResponse> checked(Result<HttpResponse> response) {
    if (!response || response.value().status == 200) return response;
    return make_error(Errc::Unavailable,
                      fmt::format("Unexpected response code: {} ({})", response.value().status,
                                  answer_text(response.value())));
}

asio::awaitable<Result<AgentSession>> AgentSession::create(const AgentClient& client,
                                                           std::string name, std::string behavior) {
    auto answer = co_await client.fetch("PUT", "/v1/session/create", session_body(name, behavior));
    WEFT_CO_TRY(auto response, checked(std::move(answer)));
    json::error_code failure;
    const json::value created = json::parse(response.body, failure);
    std::string id = failure ? "" : json_text(created, "ID");
    if (id.empty()) co_return make_error(Errc::Corrupt, "the agent's answer names no session");
    co_return AgentSession(client, std::move(id));
}

asio::awaitable<void> AgentSession::keep_alive() const {
    Instant renewed = now();
    bool waiting = co_await pause_for(kTtl / 2);
    while (waiting && now() - renewed < kTtl) {
        const auto answer = co_await client_->fetch("PUT", "/v1/session/renew/" + id_);
        if (answer && answer.value().status == 404) co_return;
        const bool done = answer && answer.value().status == 200;
        if (done) renewed = now();
        const Duration pause = done ? kTtl / 2 : kRetry;
        waiting = co_await pause_for(pause);
    }
}

asio::awaitable<void> AgentSession::destroy() const {
    static_cast<void>(co_await client_->fetch("PUT", "/v1/session/destroy/" + id_));
}

}  // namespace weft::agent
