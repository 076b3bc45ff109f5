#pragma once

#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/io/http_client.hpp"
#include "agent/io/task_scope.hpp"

namespace weft::agent {

// What a watch asks for, and how its answers are handed on. The program has it from the command
// `watch`, which this folder may not see.
class WatchedView {
public:
    virtual ~WatchedView() = default;

    virtual std::string target() const = 0;  // path and query

    // body is that of a 200, or empty for a 404.
    virtual Result<std::string> show(const std::string& body) = 0;
};
using MakeWatchedView =
    std::function<Result<std::unique_ptr<WatchedView>>(const WatchDefinition& watch)>;

// How this agent asks itself.
struct OwnApi {
    std::string base;         // "http://127.0.0.1:8500"
    std::string unix_socket;  // if not empty, the way there
    std::shared_ptr<boost::asio::ssl::context> tls;
    Duration longest_wait{};
};

// By the first listener, one without TLS if there is one. ports: those of the listeners, in their
// order. Who answers is not verified: it is this process that holds the port.
Result<OwnApi> own_api(const api::HttpConfig& config, const std::vector<std::uint16_t>& ports);

// Runs the `watches` of the configuration, as Consul's agent does: blocking queries to this agent's
// own API, and the handler of each when its result is another one. One handler of a watch runs at a
// time. A handler that fails is logged; the next change runs it again.
class WatchRunner {
public:
    // Everything happens on the executor. Without make nothing is run.
    WatchRunner(MakeWatchedView make, boost::asio::any_io_executor executor,
                std::shared_ptr<spdlog::logger> log);

    // Any thread. Those that run already run on; the others are ended, with their handlers.
    void set(std::vector<WatchDefinition> watches, OwnApi api);

    // On the executor; once.
    boost::asio::awaitable<void> close();

private:
    struct Running;
    using RunningPtr = std::shared_ptr<Running>;

    void change(const std::vector<WatchDefinition>& watches);
    RunningPtr begin(const WatchDefinition& watch);
    boost::asio::awaitable<void> end(RunningPtr running);
    boost::asio::awaitable<void> follow(Running& watch);
    boost::asio::awaitable<Result<HttpResponse>> look(const Running& watch);
    boost::asio::awaitable<void> handle(const Running& watch);
    boost::asio::awaitable<void> run_program(const Running& watch);
    boost::asio::awaitable<void> send(const Running& watch);

    MakeWatchedView make_;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<spdlog::logger> log_;
    OwnApi api_;
    std::list<RunningPtr> running_;
    TaskScope endings_;
};

}  // namespace weft::agent
