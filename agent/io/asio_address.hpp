#pragma once

#include <boost/asio/ip/address.hpp>

#include "agent/base/ip_address.hpp"

namespace weft {

// As Asio's sockets take it; any thread.
boost::asio::ip::address to_asio(const IpAddress& address);

// What a socket says of its peer; an IPv4 address as such, even when the socket is of IPv6.
IpAddress from_asio(const boost::asio::ip::address& address);

}  // namespace weft
