#pragma once

#include <spdlog/logger.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "agent/base/result.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/config.hpp"
#include "api/http/exchange.hpp"
#include "api/http/metrics.hpp"

namespace weft::api {

class Worker;
struct WorkerShared;

// The HTTP API's server: listens, and answers with the routes that it is given. The first worker
// accepts, and each has connections and caches of its own. Methods are called on the control
// thread.
class HttpServer {
public:
    // Binds everything before it returns, so that a taken port is an error here. The workers'
    // contexts, one at least, run or will run, one thread each. They, catalog and metrics outlive
    // the server until close() has said that it is done, and the workers' contexts outlive the
    // control executor's: requests that were never handled there are answered when they are
    // destroyed. When they end before close() is done, the first context must be destroyed first:
    // what is queued there may own the other workers.
    static Result<std::unique_ptr<HttpServer>> open(
        HttpConfig config, AgentFacts facts, std::vector<Route> routes, CatalogReader& catalog,
        std::vector<boost::asio::io_context*> workers, boost::asio::any_io_executor control,
        HttpMetrics& metrics, std::shared_ptr<spdlog::logger> log);

    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // The catalog was published anew and these results may have changed. Null: it was replaced as a
    // whole, and everybody who waits is answered.
    void catalog_changed(std::shared_ptr<const std::vector<agent::Watch>> watches);

    // Everything but the listeners and the unix socket's owner takes effect, for new requests and
    // connections. TLS files are read again; when none is named any more, listeners with TLS carry
    // on with what was read before. An error changes nothing.
    Result<void> reconfigure(HttpConfig config);

    // The bound ports, in the order of the listeners; 0 for a unix socket.
    const std::vector<std::uint16_t>& ports() const { return ports_; }

    // Listening ends. graceful: requests being handled are answered, blocking queries at once;
    // within 5 s all is closed. done, if given, is called on the control thread when nothing is
    // left.
    void close(bool graceful, std::function<void()> done = nullptr);

private:
    struct Member {
        boost::asio::io_context* io;
        std::shared_ptr<Worker> worker;
    };

    HttpServer() = default;

    std::shared_ptr<WorkerShared> shared_;
    std::vector<Member> members_;
    std::vector<std::uint16_t> ports_;
};

}  // namespace weft::api
