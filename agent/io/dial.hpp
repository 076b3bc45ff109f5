#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "agent/base/result.hpp"

namespace weft {

struct HostPort {
    std::string host;  // without brackets
    std::string port;
    bool operator==(const HostPort&) const = default;
};

// "host:port", "[v6]:port"; InvalidArgument in Go's words otherwise: address x: missing port in
// address
Result<HostPort> split_host_port(std::string_view address);

// The form with brackets around IPv6 hosts.
std::string join_host_port(const HostPort& target);

// The words of an operating system error as Go prints them: "connection refused".
std::string plain_words(const boost::system::error_code& error);

// Of one io_context; further ones wait.
inline constexpr std::size_t kLookupsAtOnce = 8;

// Addresses of a name or an IP literal. A name is looked up once at a time for all of an io_context
// who wait for it, which one thread runs. Returns at once when cancelled, though a lookup under way
// goes on in its thread: names are looked up by getaddrinfo, which cannot be interrupted. One that
// nobody waits for when its turn comes is not made. The end of the io_context waits for those under
// way. Unavailable also where the system gives no thread.
boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> resolve(std::string host);

// Connects to the first address that answers. Error: dial tcp 127.0.0.1:1: connect: connection
// refused
boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> dial_tcp(HostPort target);

}  // namespace weft
