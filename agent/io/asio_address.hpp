#pragma once

#include <boost/asio/ip/address.hpp>

#include "agent/base/ip_address.hpp"

namespace weft {

// As Asio's sockets take it; any thread.
boost::asio::ip::address to_asio(const IpAddress& address);

}  // namespace weft
