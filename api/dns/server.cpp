#include "api/dns/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/io/asio_address.hpp"
#include "api/dns/listener.hpp"
#include "api/dns/responder.hpp"
#include "api/dns/tcp_listener.hpp"
#include "api/dns/udp_endpoint.hpp"

namespace weft::api {

namespace asio = boost::asio;

struct DnsServer::State {
    struct Worker {
        asio::io_context* context;
        std::shared_ptr<Responder> responder;
        std::shared_ptr<ConnectionSet> connections;
        std::vector<std::shared_ptr<UdpEndpoint>> udp;
    };

    std::vector<SocketAddress> addresses;
    std::vector<DnsListener> listeners;
    std::vector<Worker> workers;
    std::vector<std::shared_ptr<TcpListener>> tcp;
    std::shared_ptr<spdlog::logger> logger;
    bool closed = false;

    void add_listener(ListenSockets sockets, const std::shared_ptr<ConnectionLimits>& limits);
    void start();
};

namespace {

// Only an address of this machine can be bound. Not known while descriptors are short: then no. The
// system's own calls, since a reload must not fail in the constructor of an io_context.
bool is_of_this_machine(const IpAddress& ip) {
    const asio::ip::udp::endpoint endpoint(to_asio(ip), 0);
    const int fd = ::socket(endpoint.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool is_bound = ::bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
    ::close(fd);
    return is_bound;
}

// Whether asking that address would be asking ourselves.
bool is_ourselves(const SocketAddress& recursor, const std::vector<SocketAddress>& own) {
    return std::any_of(own.begin(), own.end(), [&](const SocketAddress& address) {
        if (recursor.port != address.port) return false;
        if (recursor.ip == address.ip || recursor.ip.is_unspecified()) return true;
        if (!address.ip.is_unspecified() || address.ip.is_v4() != recursor.ip.is_v4()) return false;
        // We listen on every address of this machine: is that one of them?
        return is_of_this_machine(recursor.ip);
    });
}

RecursorConfig recursor_config(const DnsConfig& config, const std::vector<SocketAddress>& own,
                               spdlog::logger& logger) {
    RecursorConfig recursors{
        {}, config.recursors_in_random_order, config.recursor_timeout, config.max_recursor_queries};
    for (const std::string& text : config.recursors) {
        const auto address = SocketAddress::parse(text, kDnsPort);
        if (!address) continue;  // validate() said so already
        if (is_ourselves(*address, own)) {
            logger.warn("recursor is this agent itself and is left out address={}", address->str());
            continue;
        }
        recursors.servers.push_back(*address);
    }
    return recursors;
}

// Whoever left out all recursors has none: outside names are then refused at once.
DnsConfig without_lost_recursors(DnsConfig config, const RecursorConfig& recursors) {
    if (recursors.servers.empty()) config.recursors.clear();
    return config;
}

}  // namespace

DnsServer::DnsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

DnsServer::~DnsServer() {
    close();
}

Result<std::unique_ptr<DnsServer>> DnsServer::open(DnsConfig config, const DnsCatalog& catalog,
                                                   std::vector<asio::io_context*> workers,
                                                   DnsMetrics& metrics,
                                                   std::shared_ptr<spdlog::logger> logger) {
    WEFT_ASSERT(!workers.empty());
    WEFT_TRY(config.validate());
    std::vector<ListenSockets> sockets;
    auto state = std::make_unique<State>();
    for (const DnsListener& listener : config.listeners) {
        const auto ip = IpAddress::parse(listener.address);
        WEFT_TRY(auto opened, open_listen_sockets({*ip, listener.port}, workers));
        state->addresses.push_back(opened.address);
        sockets.push_back(std::move(opened));
    }
    state->listeners = config.listeners;
    state->logger = logger;
    const RecursorConfig recursors = recursor_config(config, state->addresses, *logger);
    const auto settings =
        std::make_shared<const DnsSettings>(without_lost_recursors(std::move(config), recursors));
    for (asio::io_context* context : workers)
        state->workers.push_back(
            {context,
             std::make_shared<Responder>(*context, catalog, metrics, settings, recursors),
             std::make_shared<ConnectionSet>(),
             {}});
    const auto limits = std::make_shared<ConnectionLimits>();
    for (ListenSockets& each : sockets) state->add_listener(std::move(each), limits);
    state->start();
    return std::unique_ptr<DnsServer>(new DnsServer(std::move(state)));
}

void DnsServer::State::add_listener(ListenSockets sockets,
                                    const std::shared_ptr<ConnectionLimits>& limits) {
    std::vector<TcpListener::Target> targets;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        Worker& worker = workers[i];
        worker.udp.push_back(
            std::make_shared<UdpEndpoint>(std::move(sockets.udp[i]), worker.responder));
        targets.push_back({worker.responder, worker.connections});
    }
    tcp.push_back(
        std::make_shared<TcpListener>(std::move(sockets.tcp), std::move(targets), limits, logger));
}

void DnsServer::State::start() {
    for (const Worker& worker : workers)
        asio::post(*worker.context, [endpoints = worker.udp] {
            for (const auto& endpoint : endpoints) endpoint->start();
        });
    asio::post(*workers[0].context, [listeners = tcp] {
        for (const auto& listener : listeners) listener->start();
    });
}

Result<void> DnsServer::reconfigure(DnsConfig config) {
    WEFT_TRY(config.validate());
    config.listeners = state_->listeners;
    const RecursorConfig recursors = recursor_config(config, state_->addresses, *state_->logger);
    const auto settings =
        std::make_shared<const DnsSettings>(without_lost_recursors(std::move(config), recursors));
    for (const State::Worker& worker : state_->workers)
        asio::post(*worker.context, [responder = worker.responder, settings, recursors] {
            responder->configure(settings, recursors);
        });
    return success();
}

void DnsServer::set_distances(std::shared_ptr<const Distances> distances) {
    for (const State::Worker& worker : state_->workers)
        asio::post(*worker.context, [responder = worker.responder, distances] {
            responder->set_distances(distances);
        });
}

std::vector<SocketAddress> DnsServer::addresses() const {
    return state_->addresses;
}

std::vector<std::uint16_t> DnsServer::ports() const {
    std::vector<std::uint16_t> ports;
    for (const SocketAddress& address : state_->addresses) ports.push_back(address.port);
    return ports;
}

void DnsServer::close() {
    if (std::exchange(state_->closed, true)) return;
    asio::post(*state_->workers[0].context, [listeners = state_->tcp] {
        for (const auto& listener : listeners) listener->close();
    });
    for (const State::Worker& worker : state_->workers)
        asio::post(*worker.context, [worker] {
            for (const auto& endpoint : worker.udp) endpoint->close();
            worker.connections->close();
            worker.responder->close();
        });
}

}  // namespace weft::api
