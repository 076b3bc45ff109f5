#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/io/byte_stream.hpp"

namespace weft::agent {

using H2Headers = std::vector<std::pair<std::string, std::string>>;

struct H2Response {
    H2Headers headers;  // pseudo headers and trailers included
    std::string body;

    std::string_view header(std::string_view name) const;
};

// Sends a PING on a fresh HTTP/2 connection and waits for its acknowledgement. What comes before it
// is bounded: Errc::Limit beyond.
boost::asio::awaitable<Result<void>> h2_ping(std::unique_ptr<ByteStream> stream);

// One request on a fresh HTTP/2 connection. The response's size is bounded: Errc::Limit beyond.
boost::asio::awaitable<Result<H2Response>> h2_request(std::unique_ptr<ByteStream> stream,
                                                      H2Headers headers, std::string body);

}  // namespace weft::agent
