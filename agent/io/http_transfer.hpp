#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "agent/io/http_client.hpp"

// Large bodies, sent and received piece by piece, in bounded memory. HttpRequest::timeout is for
// each wait: for the connection, a piece, the answer. Errors as in http_client.hpp.
namespace weft {

struct HttpUpload {
    std::uint64_t size = 0;
    // Reads some of the body, at least one byte, until size was read.
    std::function<Result<std::size_t>(std::span<char> buffer)> read;
};

// The server is asked first whether it wants the body: what it answers then is the response. answer
// is how long it may take to answer after the last piece.
boost::asio::awaitable<Result<HttpResponse>> http_upload(HttpRequest request, HttpUpload upload,
                                                         Duration answer);

// Hands a body that comes with status 200 on; a false ends it. The body of any other status is in
// the response.
boost::asio::awaitable<Result<HttpResponse>> http_download(
    HttpRequest request, std::function<bool(std::string_view)> on_piece);

}  // namespace weft
