#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/url/url.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/io/byte_stream.hpp"
#include "agent/io/http_client.hpp"
#include "agent/io/http_response_parser.hpp"

// What the ways to make a request have in common: http_client.hpp, http_transfer.hpp.
namespace weft {

// Names of headers and hosts: without regard to case.
bool same_name(std::string_view a, std::string_view b);
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

Result<boost::urls::url> parse_url(const std::string& text);
std::string port_of(const boost::urls::url& url);

// In the words of Go's client.
Error with_request(const HttpRequest& request, const Error& error);
Error timed_out(const HttpRequest& request);

// One request on one connection. Phases are separate, since each may have a limit of its own.
class HttpConversation {
public:
    explicit HttpConversation(HttpRequest request) : request_(std::move(request)) {}

    // open() and read_head().
    boost::asio::awaitable<Result<void>> begin(HttpBodySink sink);

    // Connects and sends the request; with a size of an upload only its head, which asks whether
    // the body is wanted.
    boost::asio::awaitable<Result<void>> open(HttpBodySink sink,
                                              std::optional<std::uint64_t> upload);
    // True: an interim response came, and the body is wanted. False: the final one.
    boost::asio::awaitable<Result<bool>> read_interim();
    // The piece must stay valid until then.
    boost::asio::awaitable<Result<void>> write(std::string_view piece);

    boost::asio::awaitable<Result<void>> read_head();
    // Some of the body; is_done() tells whether that was all.
    boost::asio::awaitable<Result<void>> read_body();
    // All of the body.
    boost::asio::awaitable<Result<void>> finish();

    bool is_done() const { return parser_->is_done() || at_end_; }
    bool has_head() const { return parser_ && parser_->has_header() && !parser_->is_interim(); }
    HttpResponse head() const { return parser_->head(); }
    const HttpRequest& request() const { return request_; }

private:
    void new_parser();
    boost::asio::awaitable<Result<void>> read_more();

    HttpRequest request_;
    HttpBodySink sink_;
    std::unique_ptr<ByteStream> stream_;
    std::optional<HttpResponseParser> parser_;
    std::string bytes_;
    std::array<char, 16 * 1024> block_;
    bool at_end_ = false;
};

}  // namespace weft
