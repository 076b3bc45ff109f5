#include "api/http/request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "api/http/large_body.hpp"
#include "api/http/request_limits.hpp"

namespace weft::api {
namespace {

namespace http = boost::beast::http;

// Of a chunk's header, with its extensions, or of the trailer: Beast bounds the request's head
// alone.
constexpr std::size_t kChunkHeaderMax = 16 * 1024;

// The option that bounds the body of a request; Consul's answer names it.
std::string_view body_option(std::string_view target) {
    if (target.starts_with("/v1/kv/")) return kKvLimitOption;
    if (target.starts_with("/v1/txn")) return kTxnLimitOption;
    return {};
}

bool is_entry_set(std::string_view target) {
    return target.substr(0, target.find('?')) == kEntrySetPath;
}

// How long the client says that the body is. The parser's own word is to be had only behind the
// header, which is where it stops.
std::optional<std::size_t> announced(const Request& request) {
    const std::string_view text = request.header("Content-Length").value_or("");
    std::size_t length = 0;
    const char* const end = text.data() + text.size();
    const auto [at, status] = std::from_chars(text.data(), end, length);
    if (status != std::errc{} || at != end) return std::nullopt;
    return length;
}

// Beast decides what is well-formed; this only keeps what it finds.
class Reader final : public http::basic_parser<true> {
public:
    Request request;
    std::string target;
    int version = 11;
    int hosts = 0;
    bool expects_continue = false;
    bool expects_else = false;
    bool is_coded = false;  // by anything but chunks
    bool large = false;
    std::size_t body_max = 0;

    void limit_body(std::size_t most) {
        body_max = most;
        body_limit(most);
    }
    std::size_t large_body_max = 0;

private:
    using Text = boost::beast::string_view;
    using Code = boost::beast::error_code;

    void on_request_impl(http::verb, Text method, Text target_text, int http_version,
                         Code&) override {
        version = http_version;
        request.method.assign(method.data(), method.size());
        target.assign(target_text.data(), target_text.size());
        large = takes_large_body(request.method, target);
        if (large) limit_body(large_body_max);
        if (is_entry_set(target)) limit_body(std::max(body_max, kEntrySetBytesMax));
    }
    void on_response_impl(int, Text, int, Code&) override {}
    void on_field_impl(http::field field, Text name, Text value, Code&) override {
        if (field == http::field::host) ++hosts;
        // Clients leave it empty to expect nothing.
        if (field == http::field::expect && !value.empty()) {
            const bool is_known = http::token_list(value).exists("100-continue");
            (is_known ? expects_continue : expects_else) = true;
        }
        if (field == http::field::transfer_encoding) {
            const bool is_plain = value.empty() || boost::beast::iequals(value, "chunked") ||
                                  boost::beast::iequals(value, "identity");
            is_coded = is_coded || !is_plain;
        }
        request.headers.emplace_back(std::string(name.data(), name.size()),
                                     std::string(value.data(), value.size()));
    }
    void on_header_impl(Code& error) override {
        if (hosts > 1 || is_coded || expects_else) error = http::error::bad_field;
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
        // The limit was checked against it already, but a large one may never come.
        if (length && !large) request.body.reserve(static_cast<std::size_t>(*length));
    }
    std::size_t on_body_impl(Text body, Code&) override {
        request.body.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override {
        request.body.append(body.data(), body.size());
        return body.size();
    }
    void on_finish_impl(Code&) override {}
};

}  // namespace

struct RequestParser::State {
    std::optional<Reader> reader;
    RequestFault fault;

    void fail(const boost::beast::error_code& error) {
        if (error == http::error::header_limit) {
            fault = {431, "431 Request Header Fields Too Large"};
        } else if (error == http::error::body_limit) {
            fault = too_large();
        } else if (error == http::error::bad_version) {
            fault = {505, "505 HTTP Version Not Supported: unsupported protocol version"};
        } else if (reader->is_coded) {
            fault = {501, "501 Not Implemented: of transfer codings only chunked is supported"};
        } else if (reader->expects_else) {
            fault = {417, "417 Expectation Failed: only 100-continue may be expected"};
        } else if (reader->hosts > 1) {
            fault = {400, "400 Bad Request: too many Host headers"};
        } else {
            fault = {400, "400 Bad Request"};
        }
    }

    RequestFault too_large() const {
        const std::string most = std::to_string(reader->body_max);
        if (reader->large)
            return {413, "The snapshot is larger than " + most +
                             " bytes, which this agent's limits.snapshot_max_bytes allows"};
        if (is_entry_set(reader->target))
            return {413, "The configuration entries are larger than " + most +
                             " bytes, which can be written at once: write them in parts"};
        const std::string_view option = body_option(reader->target);
        if (const auto length = announced(reader->request); length && !option.empty())
            return {413, too_large_text(*length, reader->body_max, option)};
        return {413, "Request body too large, max size: " + most + " bytes"};
    }
};

RequestParser::RequestParser(const RequestSizes& most) : state_(std::make_unique<State>()) {
    reset(most);
}

RequestParser::~RequestParser() = default;

void RequestParser::reset(const RequestSizes& most) {
    Reader& reader = state_->reader.emplace();
    reader.eager(true);
    reader.header_limit(static_cast<std::uint32_t>(most.header));
    reader.limit_body(most.body);
    reader.large_body_max = most.large_body;
    state_->fault = {};
}

RequestParser::Progress RequestParser::feed(std::string_view& input) {
    Reader& reader = *state_->reader;
    boost::beast::error_code error;
    std::size_t taken = reader.put(boost::asio::buffer(input.data(), input.size()), error);
    input.remove_prefix(taken);
    if (error == http::error::need_more) {
        if (!reader.is_header_done() || input.size() <= kChunkHeaderMax) return Progress::NeedMore;
        state_->fault = {400,
                         "400 Bad Request: the header of a chunk, or the trailer, is too long"};
        return Progress::Failed;
    }
    if (error) {
        state_->fail(error);
        return Progress::Failed;
    }
    if (!reader.is_done()) return Progress::NeedMore;
    if (reader.hosts == 0 && reader.version == 11) {
        state_->fault = {400, "400 Bad Request: missing required Host header"};
        return Progress::Failed;
    }
    return Progress::Done;
}

bool RequestParser::takes_continue() {
    Reader& reader = *state_->reader;
    return reader.is_header_done() && !reader.is_done() &&
           std::exchange(reader.expects_continue, false);
}

bool RequestParser::has_header() const {
    return state_->reader->is_header_done();
}

bool RequestParser::has_large_body() const {
    const Reader& reader = *state_->reader;
    return reader.large && reader.is_header_done();
}

Request& RequestParser::request() {
    return state_->reader->request;
}
std::string_view RequestParser::target() const {
    return state_->reader->target;
}
bool RequestParser::keep_alive() const {
    return state_->reader->keep_alive();
}
bool RequestParser::http_1_0() const {
    return state_->reader->version == 10;
}
const RequestFault& RequestParser::fault() const {
    return state_->fault;
}

}  // namespace weft::api
