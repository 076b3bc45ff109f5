#pragma once

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "agent/io/http_client.hpp"

namespace weft {

// Where the pieces of a body go. A false ends the body early.
using HttpBodySink = std::function<bool(std::string_view piece)>;

namespace detail {

// A body for Beast's parser that hands each piece on.
struct SinkBody {
    struct value_type {
        HttpBodySink sink;
        bool* stopped = nullptr;
    };

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(boost::beast::http::header<is_request, Fields>&, value_type& value)
            : value_(value) {}

        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) {
            error = {};
        }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            std::size_t size = 0;
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                const std::string_view piece(static_cast<const char*>(buffer.data()),
                                             buffer.size());
                if (!*value_.stopped && !value_.sink(piece)) *value_.stopped = true;
                size += buffer.size();
            }
            return size;
        }

        void finish(boost::system::error_code& error) { error = {}; }

    private:
        value_type& value_;
    };
};

}  // namespace detail

// Feeds received bytes to Beast's response parser; knows no connection.
class HttpResponseParser {
public:
    // header_max bounds the header in bytes, and each chunk's header and the trailer.
    HttpResponseParser(bool head_request, std::uint32_t header_max, HttpBodySink sink);

    // Consumes what it can; the rest stays in bytes until more comes.
    Result<void> consume(std::string& bytes);
    // The connection ended: an error unless the response may end so.
    Result<void> consume_end();

    bool has_header() const { return parser_.is_header_done(); }
    bool is_done() const { return stopped_ || parser_.is_done(); }
    bool is_interim() const { return has_header() && parser_.get().result_int() / 100 == 1; }
    HttpResponse head() const;

private:
    Result<bool> take_head(std::string& bytes);
    Error fail(const boost::system::error_code& error) const;

    std::uint32_t header_max_;
    bool stopped_ = false;
    bool got_some_ = false;
    boost::beast::http::response_parser<detail::SinkBody> parser_;
};

}  // namespace weft
