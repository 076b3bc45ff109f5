#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

// A client for one HTTP/1.1 request a connection: health checks and the command line. Peers are not
// trusted: header and body sizes and the total time are bounded.
namespace weft {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// What to do with a response body beyond body_max.
enum class BodyOverflow {
    Fail,      // Errc::Limit
    KeepTail,  // keep the last body_max bytes
};

struct HttpRequest {
    std::string method = "GET";
    std::string
        url;  // http://host[:port]/path or https://..; for a unix socket the host is only a name
    std::string unix_socket;  // path; when given, the connection goes there
    HttpHeaders headers;      // "Host" replaces the one of the URL
    std::string body;
    Duration timeout = std::chrono::seconds(10);  // for everything, redirects included
    Duration lines_time{};  // how long lines are read at most, which is no error; 0: to their end
    // Followed with the methods that Go's client uses; 0: a redirect is the response. Stricter than
    // Go: credentials and the Host header go to the same host and port alone and never from https
    // to http, where Go sends credentials to other ports, to subdomains and over http too.
    int redirects_max = 0;
    std::size_t body_max = 64 * 1024 * 1024;
    BodyOverflow body_overflow = BodyOverflow::Fail;
    std::uint64_t body_read_max =
        256 * 1024 * 1024;  // after this many bytes the rest is not even read
    // What comes of it until the timeout, or until it breaks off, is enough: the head says all that
    // matters.
    bool body_may_be_cut = false;
    std::shared_ptr<boost::asio::ssl::context> tls;  // for https; none: https is refused
    std::string tls_server_name;  // name to ask for and verify; empty: the URL's host
};

struct HttpResponse {
    int status = 0;
    std::string reason;  // as the server wrote it
    HttpHeaders headers;
    std::string body;
    std::uint64_t body_total = 0;  // bytes received, of which body may hold only the tail

    // First header of that name without regard to case; empty if none.
    std::string_view header(std::string_view name) const;
};

// Errors carry a sentence in the words of Go's client, which Consul's users know:
//   Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused
// Timeout, Unavailable (connect, TLS), Io (broken off), Limit, InvalidArgument (bad URL).
boost::asio::awaitable<Result<HttpResponse>> http_fetch(HttpRequest request);

// Hands each line of the body (without its end) to on_line as it arrives, until the body ends or
// on_line returns false; the response comes without body. The timeout covers connecting and the
// header only. A response whose status is not 200 is read whole into body instead.
boost::asio::awaitable<Result<HttpResponse>> http_stream_lines(
    HttpRequest request, std::function<bool(std::string_view)> on_line);

// The same for programs without an event loop of their own: they return when the request is done.
Result<HttpResponse> http_fetch_blocking(HttpRequest request);
Result<HttpResponse> http_stream_lines_blocking(HttpRequest request,
                                                std::function<bool(std::string_view)> on_line);

}  // namespace weft
