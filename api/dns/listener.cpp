#include "api/dns/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <string>
#include <utility>

#include "agent/io/asio_address.hpp"

namespace weft::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kReceiveBufferBytes = 1024 * 1024;
constexpr int kBacklog = 128;
constexpr int kPortTries = 16;

std::string remedy_for(const error_code& error) {
    if (error == asio::error::address_in_use)
        return "another program uses this port; stop it, or set another one with ports.dns";
    if (error == asio::error::access_denied)
        return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; grant it, or set "
               "another port with ports.dns";
    if (error == error_code(EADDRNOTAVAIL, boost::system::system_category()))
        return "this machine has no such address; correct addresses.dns or client_addr";
    if (error == asio::error::no_descriptors)
        return "no file descriptors are left; raise LimitNOFILE";
    return "correct addresses.dns, client_addr or ports.dns";
}

Error cannot_listen(const SocketAddress& address, const char* transport, const error_code& error) {
    return make_error(Errc::Io, fmt::format("DNS cannot listen on {} ({}): {}: {}", address.str(),
                                            transport, error.message(), remedy_for(error)));
}

void set(int socket, int level, int option) {
    const int on = 1;
    setsockopt(socket, level, option, &on, sizeof(on));
}

// All of these only add what is reported with a packet: a kernel without one of them still works.
void prepare_udp(asio::ip::udp::socket& socket, const SocketAddress& address) {
    error_code ignored;
    socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBufferBytes), ignored);
    set(socket.native_handle(), SOL_SOCKET, SO_RXQ_OVFL);
    if (!address.ip.is_unspecified()) return;
    if (address.ip.is_v4()) {
        set(socket.native_handle(), IPPROTO_IP, IP_PKTINFO);
    } else {
        set(socket.native_handle(), IPPROTO_IPV6, IPV6_RECVPKTINFO);
    }
}

template <class Socket, class Endpoint>
error_code open_and_bind(Socket& socket, const Endpoint& endpoint, bool shared) {
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error && endpoint.address().is_v6()) socket.set_option(asio::ip::v6_only(true), error);
    if (!error && shared) socket.set_option(ReusePort(true), error);
    if (!error) socket.bind(endpoint, error);
    return error;
}

// With SO_REUSEPORT a second agent of the same user could bind the port too, and would get half of
// the queries. A bind without it fails when anyone has the port.
error_code probe_udp(asio::io_context& context, const asio::ip::udp::endpoint& endpoint) {
    asio::ip::udp::socket socket(context);
    return open_and_bind(socket, endpoint, false);
}

Result<ListenSockets> open_once(const SocketAddress& wanted,
                                std::span<asio::io_context* const> workers) {
    ListenSockets sockets{wanted, {}, asio::ip::tcp::acceptor(*workers[0])};
    const auto ip = to_asio(wanted.ip);
    const asio::ip::tcp::endpoint tcp_endpoint(ip, wanted.port);
    error_code error;
    sockets.tcp.open(tcp_endpoint.protocol(), error);
    if (!error) sockets.tcp.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && ip.is_v6()) sockets.tcp.set_option(asio::ip::v6_only(true), error);
    if (!error) sockets.tcp.bind(tcp_endpoint, error);
    if (!error) sockets.tcp.listen(kBacklog, error);
    if (error) return cannot_listen(wanted, "TCP", error);
    sockets.address.port = sockets.tcp.local_endpoint(error).port();

    const asio::ip::udp::endpoint udp_endpoint(ip, sockets.address.port);
    error = probe_udp(*workers[0], udp_endpoint);
    for (asio::io_context* worker : workers) {
        if (error) break;
        auto& socket = sockets.udp.emplace_back(*worker);
        error = open_and_bind(socket, udp_endpoint, true);
        if (!error) socket.non_blocking(true, error);
        if (!error) prepare_udp(socket, wanted);
    }
    if (error) return cannot_listen(sockets.address, "UDP", error);
    return sockets;
}

}  // namespace

Result<ListenSockets> open_listen_sockets(const SocketAddress& address,
                                          std::span<asio::io_context* const> workers) {
    auto sockets = open_once(address, workers);
    // A port that was free for TCP may be taken for UDP.
    for (int tries = 1; !sockets && address.port == 0 && tries < kPortTries; ++tries)
        sockets = open_once(address, workers);
    return sockets;
}

}  // namespace weft::api
