#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "agent/base/result.hpp"
#include "gossip/core/endpoint.hpp"
#include "gossip/net/udp_socket.hpp"

namespace weft::gossip {

// UDP and TCP at one address and port.
struct NetSockets {
    Endpoint local;  // with the port that was chosen
    std::unique_ptr<UdpSocket> udp;
    boost::asio::ip::tcp::acceptor tcp;
};

// Port 0: one that is free for both. :: takes IPv4 too. Errors name the address, the reason and a
// remedy. counters outlive the sockets.
Result<NetSockets> open_sockets(boost::asio::any_io_executor executor, const Endpoint& bind,
                                NetCounters& counters);

}  // namespace weft::gossip
