#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/result.hpp"
#include "agent/cli/client_settings.hpp"
#include "agent/cli/command.hpp"
#include "agent/cli/progress.hpp"
#include "agent/io/http_client.hpp"

namespace weft::agent {

// The agent's HTTP API as commands use it.
class AgentClient {
public:
    // When the agent answers a query that waits at the latest: 5 minutes and a sixteenth more.
    static constexpr Duration kLongPoll = std::chrono::seconds(330);

    static Result<AgentClient> open(const CliArguments& arguments, const CliConsole& console);

    // The response of any status; an error means that there was none. Says so when it takes long.
    Result<HttpResponse> call(std::string_view method, const std::string& target,
                              std::string body = {}) const;
    // The same beside other coroutines, for a loop; wait is what the agent may take besides.
    boost::asio::awaitable<Result<HttpResponse>> fetch(std::string method, std::string target,
                                                       std::string body = {},
                                                       Duration wait = Duration::zero()) const;
    // Lines as they arrive; until the agent ends the answer, on_line returns false or the time is
    // over (0: no limit).
    Result<HttpResponse> lines(const std::string& target,
                               std::function<bool(std::string_view)> on_line,
                               Duration lasts = {}) const;

    // Says so when that takes long, as call() does.
    template <class T>
    boost::asio::awaitable<T> telling(boost::asio::awaitable<T> operation) const {
        return progress_.during("waiting for the agent at " + settings_.address,
                                std::move(operation));
    }

    // For what call() does not do: transfers of large bodies.
    HttpRequest request(std::string_view method, const std::string& target) const;

    // "127.0.0.1:8500" or "unix:///run/weft/http.sock", for messages.
    const std::string& address() const { return settings_.address; }

private:
    AgentClient(ClientSettings settings, bool stale, Progress progress)
        : settings_(std::move(settings)), stale_(stale), progress_(std::move(progress)) {}

    ClientSettings settings_;
    bool stale_;
    Progress progress_;
};

// Opens the client and runs, or explains what is wrong with the address (ExitCode::Usage).
ExitCode with_client(const CliArguments& arguments, CliConsole& console,
                     const std::function<ExitCode(const AgentClient&)>& run);

}  // namespace weft::agent
