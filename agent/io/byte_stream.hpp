#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/io/dial.hpp"

namespace weft {

// A connected stream of bytes, whatever carries it. One reader and one writer at a time. Destroying
// it closes it.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    // At least one byte; 0 at the end of the stream.
    virtual boost::asio::awaitable<Result<std::size_t>> read_some(
        boost::asio::mutable_buffer buffer) = 0;
    // All of it. The bytes must stay valid until then.
    virtual boost::asio::awaitable<Result<void>> write(std::string_view bytes) = 0;
    // Protocol that ALPN agreed on; empty if none.
    virtual std::string negotiated_protocol() const { return {}; }
};

struct StreamTarget {
    HostPort address;
    std::string unix_socket;                         // path; replaces the address
    std::shared_ptr<boost::asio::ssl::context> tls;  // none: plain
    std::string tls_server_name;                     // to ask for and verify; empty: the host
    std::string alpn;  // a single protocol to offer, such as "h2"; empty: none
};

// Connects, and shakes hands when there is a TLS context. No limit of time of its own: use
// within().
boost::asio::awaitable<Result<std::unique_ptr<ByteStream>>> open_stream(StreamTarget target);

}  // namespace weft
