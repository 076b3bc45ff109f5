#include "agent/io/http_conversation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <cctype>
#include <utility>

#include "agent/base/base64.hpp"
#include "agent/io/pause.hpp"

namespace weft {

namespace asio = boost::asio;
namespace urls = boost::urls;

namespace {

constexpr std::uint32_t kHeaderMax = 64 * 1024;

struct Target {
    StreamTarget stream;
    std::string host;         // value of the Host header
    std::string path;         // with the query
    std::string credentials;  // "user:password" of the URL
};

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return &value;
    }
    return nullptr;
}

// The words of Go's url.Error: method with a capital, URL in quotes.
// With "***" in place of a password, as Go shows it.
std::string shown_url(std::string url) {
    const std::size_t begin = url.find("://");
    if (begin == std::string::npos) return url;
    const std::size_t user = begin + 3;
    const std::size_t at = url.substr(0, url.find_first_of("/?#", user)).rfind('@');
    const std::size_t colon = url.find(':', user);
    if (at != std::string::npos && at > user && colon < at)
        url.replace(colon + 1, at - colon - 1, "***");
    return url;
}

Error with_request(const HttpRequest& request, const Error& error) {
    std::string method = request.method;
    for (std::size_t i = 1; i < method.size(); ++i)
        method[i] = static_cast<char>(std::tolower(method[i]));
    return make_error(
        error.code, fmt::format("{} \"{}\": {}", method, shown_url(request.url), error.message()));
}

Error timed_out(const HttpRequest& request) {
    const Error error = make_error(
        Errc::Timeout, "context deadline exceeded (Client.Timeout exceeded while waiting)");
    return with_request(request, error);
}

std::string port_of(const urls::url& url) {
    if (url.has_port() && !url.port().empty()) return std::string(std::string_view(url.port()));
    return url.scheme() == "https" ? "443" : "80";
}

Result<urls::url> parse_url(const std::string& text) {
    auto parsed = urls::parse_uri(text);
    if (!parsed)
        return make_error(Errc::InvalidArgument,
                          fmt::format("invalid URL \"{}\"", shown_url(text)));
    urls::url url(parsed.value());
    if (url.scheme() != "http" && url.scheme() != "https") {
        return make_error(Errc::InvalidArgument, fmt::format("unsupported protocol scheme \"{}\"",
                                                             std::string_view(url.scheme())));
    }
    if (url.host().empty()) return make_error(Errc::InvalidArgument, "no Host in request URL");
    return url;
}

namespace {

Result<Target> find_target(const HttpRequest& request) {
    WEFT_TRY(auto url, parse_url(request.url));
    const bool is_https = url.scheme() == "https";
    if (is_https && !request.tls)
        return make_error(Errc::InvalidArgument, "https needs TLS settings");
    Target target;
    target.host = std::string(std::string_view(url.encoded_host_and_port()));
    auto& stream = target.stream;
    stream.unix_socket = request.unix_socket;
    stream.address.host = std::string(url.host_address());
    stream.address.port = port_of(url);
    if (is_https) stream.tls = request.tls;
    stream.tls_server_name = request.tls_server_name;
    target.path = std::string(std::string_view(url.encoded_path()));
    if (target.path.empty()) target.path = "/";
    if (url.has_userinfo()) target.credentials = url.user() + ":" + url.password();
    if (url.has_query()) target.path += "?" + std::string(std::string_view(url.encoded_query()));
    return target;
}

bool has_line_break(std::string_view text) {
    return text.find_first_of("\r\n") != std::string_view::npos;
}

// A header from a definition must not become two.
Result<std::string> serialize(const HttpRequest& request, const Target& target,
                              std::optional<std::uint64_t> upload) {
    const std::string* host = find_header(request.headers, "Host");
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, target.path,
                                   host ? *host : target.host);
    if (has_line_break(request.method) || (host && has_line_break(*host))) {
        return make_error(Errc::InvalidArgument, "net/http: invalid header field value");
    }
    for (const auto& [name, value] : request.headers) {
        if (same_name(name, "Host") || same_name(name, "Content-Length")) continue;
        if (name.empty() || has_line_break(name) || has_line_break(value)) {
            return make_error(Errc::InvalidArgument,
                              fmt::format("net/http: invalid header field \"{}\"", name));
        }
        text += fmt::format("{}: {}\r\n", name, value);
    }
    if (!target.credentials.empty() && find_header(request.headers, "Authorization") == nullptr)
        text += fmt::format("Authorization: Basic {}\r\n", base64(target.credentials));
    const bool has_body =
        !request.body.empty() || request.method == "POST" || request.method == "PUT";
    if (has_body || upload)
        text += fmt::format("Content-Length: {}\r\n", upload.value_or(request.body.size()));
    if (upload) text += "Expect: 100-continue\r\n";
    text += "Connection: close\r\n\r\n" + request.body;
    return text;
}

}  // namespace

asio::awaitable<Result<void>> HttpConversation::open(HttpBodySink sink,
                                                     std::optional<std::uint64_t> upload) {
    sink_ = std::move(sink);
    WEFT_CO_TRY(auto target, find_target(request_));
    WEFT_CO_TRY(auto text, serialize(request_, target, upload));
    auto stream = co_await open_stream(target.stream);
    if (!stream) co_return std::move(stream).error();
    stream_ = std::move(stream).value();
    new_parser();
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    co_return co_await stream_->write(text);
}

asio::awaitable<Result<void>> HttpConversation::read_head() {
    while (!parser_->has_header() || parser_->is_interim()) {
        auto interim = co_await read_interim();
        if (!interim) co_return std::move(interim).error();
    }
    co_return success();
}

// After an interim response its successor is read by a parser of its own.
asio::awaitable<Result<bool>> HttpConversation::read_interim() {
    while (!parser_->has_header()) {
        auto read = co_await read_more();
        if (!read) co_return std::move(read).error();
    }
    if (!parser_->is_interim()) co_return false;
    new_parser();
    auto rest = parser_->consume(bytes_);
    if (!rest) co_return std::move(rest).error();
    co_return true;
}

asio::awaitable<Result<void>> HttpConversation::begin(HttpBodySink sink) {
    auto opened = co_await open(std::move(sink), std::nullopt);
    if (!opened) co_return std::move(opened).error();
    co_return co_await read_head();
}

asio::awaitable<Result<void>> HttpConversation::write(std::string_view piece) {
    return stream_->write(piece);
}

asio::awaitable<Result<void>> HttpConversation::read_body() {
    auto read = co_await read_more();
    if (!read) co_return std::move(read).error();
    co_return success();
}

asio::awaitable<Result<void>> HttpConversation::finish() {
    while (!is_done()) {
        auto read = co_await read_more();
        if (!read) co_return std::move(read).error();
    }
    co_return success();
}

void HttpConversation::new_parser() {
    parser_.emplace(request_.method == "HEAD", kHeaderMax, sink_);
}

asio::awaitable<Result<void>> HttpConversation::read_more() {
    // One that came when the last step had just ended cancelled nothing, and would be waited out.
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    auto size = co_await stream_->read_some(asio::buffer(block_));
    if (!size) co_return std::move(size).error();
    at_end_ = size.value() == 0;
    if (at_end_) co_return parser_->consume_end();
    bytes_.append(block_.data(), size.value());
    co_return parser_->consume(bytes_);
}

}  // namespace weft
