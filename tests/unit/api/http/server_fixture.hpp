#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/registry.h>
#include <spdlog/sinks/ringbuffer_sink.h>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "agent/io/io_thread.hpp"
#include "api/http/server.hpp"

namespace weft::api {

struct ClientAnswer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  // as sent
    std::string body;

    std::string header(std::string_view name) const;  // exact name; "" when absent
};

// A raw socket that says what a test wants to say. All waits end after some seconds.
class RawClient {
public:
    static RawClient tcp(std::uint16_t port);
    static RawClient unix_socket(const std::string& path);
    RawClient(RawClient&& other) noexcept;
    ~RawClient();

    void send(std::string_view bytes);
    void get(std::string_view target, std::string_view headers = "");
    // nullopt: the connection ended, or nothing came in time.
    std::optional<ClientAnswer> answer(bool has_body = true);
    // Whatever comes until the text is among it; "" when it does not come.
    std::string until(std::string_view text);
    bool is_closed_by_server();
    // Nothing arrives within a moment.
    bool is_silent();
    void finish_sending();
    void reset();  // closes at once, so that the server sees a reset

private:
    explicit RawClient(int socket) : socket_(socket) {}
    bool more(int wait_ms);

    int socket_;
    std::string received_;
};

// An HTTP server on 127.0.0.1 with two workers, a real catalog and routes of the test's.
class TestServer : public CatalogReader {
public:
    explicit TestServer(std::vector<Route> more_routes = {}, HttpConfig config = local());
    ~TestServer() override;

    static HttpConfig local();  // one TCP listener on a free port

    std::uint16_t port(std::size_t listener = 0) const { return server_->ports()[listener]; }
    RawClient connect() const { return RawClient::tcp(port()); }
    ClientAnswer get(std::string_view target, std::string_view headers = "") const;

    // Applies, publishes and tells the server, as the agent does. Returns the index.
    std::uint64_t apply(const agent::Command& command);
    std::uint64_t register_service(const std::string& node, const std::string& service, int port);
    void hold(std::vector<agent::NodeLiveness> nodes);
    void set_leader(bool known) { leader_known_ = known; }
    void wait_until_waiting(int queries);
    // Runs f after the next look at the catalog, on the thread that looked.
    void after_next_view(std::function<void()> f);

    agent::View view() const override;
    LeaderContact leader_contact() const override { return {leader_known_, Duration{}}; }

    HttpServer& server() { return *server_; }
    HttpMetrics& metrics() { return metrics_; }
    IoThread& worker() { return worker_; }
    std::vector<std::string> log() { return log_->last_formatted(); }  // oldest first
    void close(bool graceful);

private:
    void publish(std::vector<agent::Watch> changed);

    agent::Catalog catalog_;
    agent::LivenessBook liveness_;
    mutable std::mutex mutex_;
    agent::View view_;
    mutable std::function<void()> after_view_;
    std::uint64_t index_ = 10;
    std::atomic<bool> leader_known_{true};
    prometheus::Registry registry_;
    HttpMetrics metrics_{registry_};
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_ =
        std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(16);
    IoThread worker_{"worker"};
    IoThread second_worker_{"second worker"};
    IoThread control_{"control"};
    std::unique_ptr<HttpServer> server_;
};

// Waits, some seconds at most, for what another thread brings about.
bool eventually(const std::function<bool()>& condition);

}  // namespace weft::api
