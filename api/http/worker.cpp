#include "api/http/worker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "agent/base/ip_address.hpp"
#include "agent/io/clock.hpp"

namespace weft::api {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kAcceptTurn = 64;
constexpr int kDueTurn = 128;
constexpr std::size_t kTurnedAwayMost = 64;
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);
constexpr Duration kWarningGap = std::chrono::seconds(10);
constexpr Duration kGrace = std::chrono::seconds(5);
constexpr Duration kAgeAnswers = std::chrono::seconds(10);

std::string address_text(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, 4);
        return IpAddress::v4(bytes).str();
    }
    if (storage.ss_family != AF_INET6) return "@";
    std::array<std::uint8_t, 16> bytes;
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        return IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]}).str();
    }
    return IpAddress::v6(bytes).str();
}

std::string refusal_text(ConnectionLimits::Admission reason, const HttpConfig& config) {
    std::string body;
    std::string status;
    if (reason == ConnectionLimits::Admission::ClientFull) {
        status = "429 Too Many Requests";
        body = "Too many connections from this address: limits.http_max_conns_per_client is " +
               std::to_string(config.max_connections_per_client);
    } else {
        status = "503 Service Unavailable";
        body = "Too many connections: the limit is " + std::to_string(config.max_connections);
    }
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

struct Worker::Listener {
    Listener(boost::asio::io_context& io, ListeningSocket bound)
        : socket(std::move(bound)), descriptor(io, socket.release()), pause(io) {}

    ListeningSocket socket;  // its descriptor is released into the next member
    boost::asio::posix::stream_descriptor descriptor;
    boost::asio::steady_timer pause;
};

// A new client's socket on its way to the worker that serves it.
struct Worker::Accepted {
    Accepted(int descriptor, bool with_tls, std::string address)
        : socket(descriptor), tls(with_tls), client_address(std::move(address)) {}
    Accepted(Accepted&& other) noexcept
        : socket(other.release()),
          tls(other.tls),
          client_address(std::move(other.client_address)) {}
    Accepted& operator=(Accepted&&) = delete;
    ~Accepted() {
        if (socket >= 0) ::close(socket);
    }

    int release() { return std::exchange(socket, -1); }

    int socket;
    bool tls;
    std::string client_address;
};

Worker::Worker(boost::asio::io_context& io, std::size_t number,
               std::shared_ptr<WorkerShared> shared, WorkerSettings settings, std::uint64_t seed)
    : io_(io),
      number_(number),
      shared_(std::move(shared)),
      queries_(shared_->catalog, shared_->facts, shared_->seen, shared_->metrics, seed),
      dispatcher_(shared_->router, queries_, shared_->metrics),
      readiness_(io),
      timer_(io),
      aging_(io),
      grace_(io),
      read_buffer_(kReadBytes) {
    configure(std::move(settings));
}

Worker::~Worker() = default;

void Worker::configure(WorkerSettings settings) {
    // Listeners stay as they were opened, so what serves TLS needs its context.
    if (!settings.tls) settings.tls = settings_.tls;
    settings_ = std::move(settings);
    dispatcher_.configure(settings_.config, settings_.policy);
}

void Worker::start(std::vector<ListeningSocket> sockets) {
    for (ListeningSocket& socket : sockets) {
        listeners_.push_back(std::make_unique<Listener>(io_, std::move(socket)));
        watch(*listeners_.back());
    }
}

void Worker::watch(Listener& listener) {
    listener.descriptor.async_wait(
        boost::asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this(), &listener](boost::system::error_code error) {
            if (!error && !self->closing_) self->accept(listener);
        });
}

void Worker::accept(Listener& listener) {
    for (int i = 0; i < kAcceptTurn; ++i) {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        int socket =
            accept4(listener.descriptor.native_handle(), reinterpret_cast<sockaddr*>(&storage),
                    &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) {
            if (accept_failed(listener, errno)) return;
            break;
        }
        admit(Accepted(socket, listener.socket.tls(), address_text(storage)));
    }
    watch(listener);
}

// True when accepting pauses: nothing can be accepted until something is closed, and trying on
// would only burn time.
bool Worker::accept_failed(Listener& listener, int error) {
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) return false;
    metrics().refused(Refusal::Descriptors);
    if (Instant at = now(); at >= next_accept_warning_) {
        next_accept_warning_ = at + kWarningGap;
        log().warn("cannot accept HTTP connections, clients wait error=\"{}\"",
                   std::generic_category().message(error));
    }
    pause(listener);
    return true;
}

void Worker::pause(Listener& listener) {
    listener.pause.expires_after(kAcceptPause);
    listener.pause.async_wait(
        [self = shared_from_this(), &listener](boost::system::error_code error) {
            if (!error && !self->closing_) self->accept(listener);
        });
}

void Worker::admit(Accepted accepted) {
    auto admission = shared_->limits.admit(accepted.client_address);
    if (admission != ConnectionLimits::Admission::Admitted) {
        return turn_away(std::move(accepted), admission);
    }
    metrics().connections.Increment();
    std::size_t number = shared_->placement.take();
    if (number == number_) return serve(std::move(accepted));
    // Null only when the server is being destroyed.
    auto worker = shared_->workers[number].lock();
    if (!worker) return;
    boost::asio::post(worker->io_, [worker, accepted = std::move(accepted)]() mutable {
        worker->serve(std::move(accepted));
    });
}

void Worker::serve(Accepted accepted) {
    SSL_CTX* tls = accepted.tls ? settings_.tls->native_handle() : nullptr;
    auto connection = std::make_shared<Connection>(shared_from_this(), accepted.release(), tls,
                                                   std::move(accepted.client_address));
    connections_.push_back(*connection);
    connection->start();
    rearm();
    watch_connections();
    keep_aging_answers();
}

void Worker::turn_away(Accepted accepted, ConnectionLimits::Admission reason) {
    bool client = reason == ConnectionLimits::Admission::ClientFull;
    metrics().refused(client ? Refusal::ClientConnections : Refusal::TotalConnections);
    // A word of explanation is a courtesy: it must not cost what the limit protects.
    if (accepted.tls || turned_away_ >= kTurnedAwayMost) return;
    auto connection = std::make_shared<Connection>(shared_from_this(), accepted.release(), nullptr,
                                                   std::move(accepted.client_address));
    connections_.push_back(*connection);
    ++turned_away_;
    connection->refuse(refusal_text(reason, config()));
    watch_connections();
}

void Worker::watch_connections() {
    if (readiness_awaited_ || connections_.empty()) return;
    readiness_awaited_ = true;
    readiness_.descriptor().async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                       [weak = weak_from_this()](boost::system::error_code error) {
                                           auto self = weak.lock();
                                           if (!self) return;
                                           self->readiness_awaited_ = false;
                                           if (!error) self->readiness_.run();
                                           self->watch_connections();
                                       });
}

void Worker::keep_aging_answers() {
    if (aging_armed_ || closing_) return;
    aging_armed_ = true;
    aging_.expires_after(kAgeAnswers);
    aging_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        auto self = weak.lock();
        if (!self || error) return;
        self->aging_armed_ = false;
        const bool has_answers = self->queries_.age_answers();
        if (has_answers || !self->connections_.empty()) self->keep_aging_answers();
    });
}

void Worker::forget(Connection& connection) {
    connections_.erase(connections_.iterator_to(connection));
    if (connection.is_admitted()) {
        shared_->limits.release(connection.client_address());
        shared_->placement.release(number_);
        metrics().connections.Decrement();
    } else {
        --turned_away_;
    }
    closed_if_empty();
}

void Worker::catalog_changed(const std::vector<agent::Watch>* watches) {
    if (!watches) {
        queries_.forget_answers();
        waits_.restored();
    } else {
        for (const agent::Watch& watch : *watches) waits_.changed(watch);
    }
    if (!due_posted_) run_due();
}

// In slices: ten thousand clients that wait for one service must not hold up everybody else.
void Worker::run_due() {
    due_posted_ = false;
    for (int i = 0; i < kDueTurn; ++i) {
        Waiter* waiter = waits_.take_due();
        if (!waiter) return;
        waiter->owner->result_may_have_changed();
    }
    due_posted_ = true;
    boost::asio::post(io_, [self = shared_from_this()] { self->run_due(); });
}

void Worker::rearm() {
    Instant next = deadlines_.next();
    if (next >= armed_) return;
    armed_ = next;
    timer_.expires_at(std::chrono::steady_clock::time_point(next.time_since_epoch()));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        if (error) return;
        if (auto self = weak.lock()) self->on_timer();
    });
}

void Worker::on_timer() {
    armed_ = Instant::max();
    deadlines_.run(now());
    rearm();
}

std::string_view Worker::date() {
    return date_.text(wall_now().unix_ns / 1'000'000'000);
}

std::unique_ptr<RequestParser> Worker::take_parser() {
    const RequestSizes most{config().max_header_bytes, config().max_body_bytes,
                            config().max_snapshot_bytes};
    if (!spare_parser_) return std::make_unique<RequestParser>(most);
    spare_parser_->reset(most);
    return std::move(spare_parser_);
}

void Worker::give_back(std::unique_ptr<RequestParser> parser) {
    if (!parser->has_large_body()) spare_parser_ = std::move(parser);
}

void Worker::close(bool graceful, std::function<void()> closed) {
    closing_ = true;
    closed_ = std::move(closed);
    listeners_.clear();
    auto all = [this](bool gently) {
        std::vector<std::shared_ptr<Connection>> open;
        for (Connection& connection : connections_) open.push_back(connection.shared_from_this());
        for (auto& connection : open) connection->wind_down(gently);
    };
    all(graceful);
    if (connections_.empty()) return closed_if_empty();
    grace_.expires_after(kGrace);
    grace_.async_wait([self = shared_from_this(), all](boost::system::error_code error) {
        if (!error) all(false);
    });
}

void Worker::closed_if_empty() {
    if (!closing_ || !connections_.empty() || !closed_) return;
    // What is still waited for would keep the thread from ending.
    grace_.cancel();
    timer_.cancel();
    aging_.cancel();
    readiness_.descriptor().cancel();
    std::exchange(closed_, nullptr)();
}

}  // namespace weft::api
