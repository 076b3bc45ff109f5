#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <span>
#include <vector>

#include "agent/base/result.hpp"
#include "api/dns/socket_address.hpp"

namespace weft::api {

// The sockets of one listen address: one for UDP on each worker, among which the kernel spreads
// clients, and one that accepts connections.
struct ListenSockets {
    SocketAddress address;  // as bound
    std::vector<boost::asio::ip::udp::socket> udp;
    boost::asio::ip::tcp::acceptor tcp;
};

// Port 0 picks one that is free for both. Errors say the address and what can be done.
Result<ListenSockets> open_listen_sockets(const SocketAddress& address,
                                          std::span<boost::asio::io_context* const> workers);

}  // namespace weft::api
