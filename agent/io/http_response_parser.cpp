#include "agent/io/http_response_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "agent/io/dial.hpp"
#include "agent/io/http_response_head.hpp"

namespace weft {

namespace http = boost::beast::http;

HttpResponseParser::HttpResponseParser(bool head_request, std::uint32_t header_max,
                                       HttpBodySink sink)
    : header_max_(header_max) {
    parser_.get().body().sink = std::move(sink);
    parser_.get().body().stopped = &stopped_;
    parser_.eager(true);
    parser_.skip(head_request);
    parser_.header_limit(header_max);
    parser_.body_limit(boost::none);
}

// False: it is still to come.
Result<bool> HttpResponseParser::take_head(std::string& bytes) {
    // What is no HTTP at all need not be waited for.
    constexpr std::string_view kBegin = "HTTP/";
    const std::size_t begun = std::min(bytes.size(), kBegin.size());
    if (std::string_view(bytes).substr(0, begun) != kBegin.substr(0, begun)) return true;
    const auto end = find_head_end(bytes);
    if (end.value_or(bytes.size()) > header_max_) return fail(http::error::header_limit);
    if (!end) return false;
    std::string head = strict_head(std::string_view(bytes).substr(0, *end));
    bytes.replace(0, *end, head);
    return true;
}

Result<void> HttpResponseParser::consume(std::string& bytes) {
    got_some_ = got_some_ || !bytes.empty();
    if (!has_header() && !bytes.empty()) {
        WEFT_TRY(const bool is_whole, take_head(bytes));
        if (!is_whole) return success();
    }
    while (!bytes.empty() && !is_done()) {
        boost::system::error_code error;
        const std::size_t size = parser_.put(boost::asio::buffer(bytes), error);
        bytes.erase(0, size);
        if (error == http::error::need_more) {
            // Beast bounds the header alone; what is left here belongs to a chunk's or the trailer.
            if (bytes.size() > header_max_) return fail(http::error::header_limit);
            return success();
        }
        if (error) return fail(error);
        if (size == 0) return success();
    }
    return success();
}

Result<void> HttpResponseParser::consume_end() {
    boost::system::error_code error;
    if (!got_some_) return make_error(Errc::Io, "EOF");
    if (!has_header()) return make_error(Errc::Io, "unexpected EOF");
    parser_.put_eof(error);
    if (error) return make_error(Errc::Io, "unexpected EOF");
    return success();
}

HttpResponse HttpResponseParser::head() const {
    HttpResponse response;
    const auto& message = parser_.get();
    response.status = static_cast<int>(message.result_int());
    response.reason = std::string(message.reason());
    for (const auto& field : message) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    return response;
}

Error HttpResponseParser::fail(const boost::system::error_code& error) const {
    const Errc code = error == http::error::header_limit ? Errc::Limit : Errc::Corrupt;
    return make_error(code, "net/http: malformed HTTP response: " + plain_words(error));
}

}  // namespace weft
