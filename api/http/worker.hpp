#pragma once

#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/io/tls_context.hpp"
#include "api/http/answer.hpp"
#include "api/http/catalog_queries.hpp"
#include "api/http/connection.hpp"
#include "api/http/connection_limits.hpp"
#include "api/http/connection_placement.hpp"
#include "api/http/deadline_heap.hpp"
#include "api/http/dispatcher.hpp"
#include "api/http/large_body.hpp"
#include "api/http/listening_socket.hpp"
#include "api/http/readiness.hpp"
#include "api/http/request_parser.hpp"
#include "api/http/wait_table.hpp"

namespace weft::api {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// What a reload may change; a new value each time.
struct WorkerSettings {
    std::shared_ptr<const HttpConfig> config;
    std::shared_ptr<const AccessPolicy> policy;
    TlsContext tls;  // null: no listener has TLS
};

class Worker;

// What all workers of a server share; outlives them.
struct WorkerShared {
    WorkerShared(std::shared_ptr<const Router> routes, CatalogReader& reader, AgentFacts agent,
                 boost::asio::any_io_executor control_thread, HttpMetrics& counters,
                 std::shared_ptr<spdlog::logger> logger, std::size_t worker_count)
        : router(std::move(routes)),
          catalog(reader),
          facts(std::move(agent)),
          control(std::move(control_thread)),
          metrics(counters),
          log(std::move(logger)),
          placement(worker_count) {}

    std::shared_ptr<const Router> router;
    CatalogReader& catalog;
    AgentFacts facts;
    boost::asio::any_io_executor control;
    HttpMetrics& metrics;
    std::shared_ptr<spdlog::logger> log;
    ConnectionLimits limits;
    ConnectionPlacement placement;
    LargeBodies large_bodies;
    SeenQueries seen;
    std::vector<std::weak_ptr<Worker>> workers;  // complete before the first accepts
};

// The HTTP server's part on one worker thread: connections, timer, waiting queries, kept answers;
// on the first of them also the listening sockets. All methods on that thread, but for the
// constructor.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    // number: its place among the workers.
    Worker(boost::asio::io_context& io, std::size_t number, std::shared_ptr<WorkerShared> shared,
           WorkerSettings settings, std::uint64_t seed);
    ~Worker();

    void start(std::vector<ListeningSocket> sockets);
    void configure(WorkerSettings settings);

    // watches null: the catalog was replaced as a whole.
    void catalog_changed(const std::vector<agent::Watch>* watches);

    // Stops listening and ends all connections; a graceful end takes a few seconds at most. closed
    // is called at the end.
    void close(bool graceful, std::function<void()> closed);

    // For connections.
    boost::asio::io_context& io() { return io_; }
    const boost::asio::any_io_executor& control() const { return shared_->control; }
    const HttpConfig& config() const { return *settings_.config; }
    const std::shared_ptr<const HttpConfig>& shared_config() const { return settings_.config; }
    Dispatcher& dispatcher() { return dispatcher_; }
    CatalogQueries& queries() { return queries_; }
    WaitTable& waits() { return waits_; }
    DeadlineHeap& deadlines() { return deadlines_; }
    Readiness& readiness() { return readiness_; }
    LargeBodies& large_bodies() { return shared_->large_bodies; }
    HttpMetrics& metrics() { return shared_->metrics; }
    spdlog::logger& log() { return *shared_->log; }
    const std::shared_ptr<spdlog::logger>& shared_log() const { return shared_->log; }
    bool is_closing() const { return closing_; }

    std::span<char> read_buffer() { return read_buffer_; }
    std::string& head_buffer() { return head_buffer_; }
    std::string_view date();
    std::unique_ptr<RequestParser> take_parser();
    void give_back(std::unique_ptr<RequestParser> parser);
    // After a deadline was set that may be the earliest.
    void rearm();
    void forget(Connection& connection);

private:
    struct Listener;
    struct Accepted;

    void watch(Listener& listener);
    void accept(Listener& listener);
    bool accept_failed(Listener& listener, int error);
    void pause(Listener& listener);
    void admit(Accepted accepted);
    void serve(Accepted accepted);
    void turn_away(Accepted accepted, ConnectionLimits::Admission reason);
    void watch_connections();
    void keep_aging_answers();
    void run_due();
    void on_timer();
    void closed_if_empty();

    boost::asio::io_context& io_;
    const std::size_t number_;
    std::shared_ptr<WorkerShared> shared_;
    WorkerSettings settings_;
    CatalogQueries queries_;
    Dispatcher dispatcher_;
    WaitTable waits_;
    DeadlineHeap deadlines_;
    Readiness readiness_;
    bool readiness_awaited_ = false;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer aging_;  // of kept answers; while there are some, or clients
    bool aging_armed_ = false;
    boost::asio::steady_timer grace_;  // after which a graceful end is graceful no more
    Instant armed_ = Instant::max();

    std::vector<std::unique_ptr<Listener>> listeners_;
    boost::intrusive::list<Connection> connections_;
    std::size_t turned_away_ = 0;  // connections that only wait for their refusal to arrive
    Instant next_accept_warning_{};

    std::vector<char> read_buffer_;
    std::string head_buffer_;
    DateHeader date_;
    std::unique_ptr<RequestParser> spare_parser_;

    bool due_posted_ = false;
    bool closing_ = false;
    std::function<void()> closed_;
};

}  // namespace weft::api
