#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "gossip/core/endpoint.hpp"

namespace weft::gossip {

// An Endpoint as system calls take it.
struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

// For a socket of that family. IPv4 in its 16-byte form is one address for the kernel: an IPv6
// socket takes all of it in that form, an IPv4 one in four bytes. nullopt: it cannot reach it.
std::optional<SocketAddress> to_socket_address(const Endpoint& endpoint, bool is_v6_socket);

// What the kernel said; IPv4 in its 16-byte form comes back as four bytes.
Endpoint to_endpoint(const sockaddr_storage& address);
Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint);

// IPv4 in either form as four bytes; others as they are.
IpAddress without_mapping(const IpAddress& address);

}  // namespace weft::gossip
