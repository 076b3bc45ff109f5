#include "agent/io/http_response_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "agent/io/dial.hpp"

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

Result<void> HttpResponseParser::consume(std::string& bytes) {
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
    if (!parser_.got_some()) return make_error(Errc::Io, "EOF");
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

Result<void> HttpResponseParser::fail(const boost::system::error_code& error) const {
    const Errc code = error == http::error::header_limit ? Errc::Limit : Errc::Corrupt;
    return make_error(code, "net/http: malformed HTTP response: " + plain_words(error));
}

}  // namespace weft
