#include "gossip/net/net_sockets.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/v6_only.hpp>
#include <utility>

#include "agent/io/asio_address.hpp"
#include "agent/io/dial.hpp"
#include "gossip/net/socket_address.hpp"

namespace weft::gossip {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 512;
constexpr int kPortTries = 16;

std::string_view remedy_for(const std::error_code& error) {
    if (error == std::errc::address_in_use)
        return "another program uses this port; stop it, or choose another address or port";
    if (error == std::errc::address_not_available) return "this machine has no such address";
    if (error == std::errc::permission_denied)
        return "ports below 1024 need the capability CAP_NET_BIND_SERVICE";
    if (error == std::errc::too_many_files_open) return "no file descriptors are left";
    return "choose another address or port";
}

Error cannot_listen(const Endpoint& at, const char* transport, const std::error_code& error) {
    return make_error(error,
                      fmt::format("gossip cannot listen on {} ({}): {}: {}", at.str(), transport,
                                  plain_words(error_code(error)), remedy_for(error)));
}

error_code listen(asio::ip::tcp::acceptor& acceptor, const Endpoint& at) {
    const asio::ip::tcp::endpoint endpoint(to_asio(at.address), at.port);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && at.address.is_v6())
        acceptor.set_option(asio::ip::v6_only(!at.address.is_unspecified()), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(kBacklog, error);
    return error;
}

Result<NetSockets> open_once(const asio::any_io_executor& executor, const Endpoint& bind,
                             NetCounters& counters) {
    auto udp = UdpSocket::open(executor, bind, counters);
    if (!udp) return cannot_listen(bind, "UDP", udp.error().code);
    const Endpoint local = udp.value()->local();
    asio::ip::tcp::acceptor tcp(executor);
    if (const auto error = listen(tcp, local)) return cannot_listen(local, "TCP", error);
    return NetSockets{local, std::move(udp.value()), std::move(tcp)};
}

}  // namespace

Result<NetSockets> open_sockets(asio::any_io_executor executor, const Endpoint& bind,
                                NetCounters& counters) {
    auto sockets = open_once(executor, bind, counters);
    // A port that was free for UDP may be taken for TCP.
    for (int tries = 1; !sockets && bind.port == 0 && tries < kPortTries; ++tries)
        sockets = open_once(executor, bind, counters);
    return sockets;
}

}  // namespace weft::gossip
