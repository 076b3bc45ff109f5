#include "api/dns/tcp_listener.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace weft::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How long to wait for descriptors to be freed before trying again.
constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

ConnectionLimits::Verdict ConnectionLimits::admit(const asio::ip::address& client,
                                                  const DnsConfig& config) {
    if (count_ >= config.max_tcp_connections) return Verdict::Full;
    const auto known = by_client_.find(client);
    const std::size_t of_client = known == by_client_.end() ? 0 : known->second;
    if (of_client >= config.max_tcp_connections_per_client) return Verdict::FullForClient;
    ++count_;
    ++by_client_[client];
    return Verdict::Welcome;
}

void ConnectionLimits::release(const asio::ip::address& client) {
    --count_;
    const auto known = by_client_.find(client);
    if (known != by_client_.end() && --known->second == 0) by_client_.erase(known);
}

void ConnectionSet::add(const std::shared_ptr<TcpConnection>& connection) {
    connections_.emplace(connection.get(), connection);
    if (closed_) connection->close();
}

void ConnectionSet::close() {
    closed_ = true;
    const auto connections = std::exchange(connections_, {});
    for (const auto& [address, weak] : connections)
        if (const auto connection = weak.lock()) connection->close();
}

TcpListener::TcpListener(asio::ip::tcp::acceptor acceptor, std::vector<Target> workers,
                         std::shared_ptr<ConnectionLimits> limits,
                         std::shared_ptr<spdlog::logger> logger)
    : acceptor_(std::move(acceptor)),
      workers_(std::move(workers)),
      limits_(std::move(limits)),
      logger_(std::move(logger)),
      pause_(acceptor_.get_executor()) {}

void TcpListener::close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

void TcpListener::accept() {
    const Target& target = workers_[next_worker_++ % workers_.size()];
    acceptor_.async_accept(
        target.responder->context(),
        [self = shared_from_this(), &target](error_code error, asio::ip::tcp::socket socket) {
            if (!self->acceptor_.is_open()) return;
            if (error) return self->accept_failed(error);
            self->failing_ = false;
            self->accepted(std::move(socket), target);
            self->accept();
        });
}

void TcpListener::accepted(asio::ip::tcp::socket socket, const Target& target) {
    error_code error;
    const auto client = socket.remote_endpoint(error).address();
    if (error) return;  // gone already
    DnsMetrics& metrics = target.responder->metrics();
    // The first worker's settings: this is its thread.
    switch (limits_->admit(client, workers_[0].responder->settings().config)) {
        case ConnectionLimits::Verdict::Full:
            return metrics.connections_over_limit->Increment();
        case ConnectionLimits::Verdict::FullForClient:
            return metrics.connections_over_client_limit->Increment();
        case ConnectionLimits::Verdict::Welcome:
            break;
    }
    metrics.connections->Increment();
    auto start = [self = shared_from_this(), &target, client,
                  socket = std::move(socket)]() mutable {
        auto ended = [self, &target, client](const TcpConnection* connection) {
            target.connections->remove(connection);
            target.responder->metrics().connections->Decrement();
            asio::post(self->acceptor_.get_executor(),
                       [self, client] { self->limits_->release(client); });
        };
        const auto connection =
            std::make_shared<TcpConnection>(std::move(socket), target.responder, std::move(ended));
        target.connections->add(connection);
        connection->start();
    };
    asio::post(target.responder->context(), std::move(start));
}

void TcpListener::accept_failed(const error_code& error) {
    workers_[0].responder->metrics().accept_errors->Increment();
    if (!std::exchange(failing_, true))
        logger_->warn("DNS connection not accepted error=\"{}\"", error.message());
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
}

}  // namespace weft::api
