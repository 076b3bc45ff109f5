#include "agent/io/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <cctype>
#include <memory>
#include <optional>
#include <utility>

#include "agent/io/deadline.hpp"
#include "agent/io/http_conversation.hpp"
#include "agent/io/output_tail.hpp"
#include "agent/io/run_blocking.hpp"

namespace weft {

namespace asio = boost::asio;
namespace urls = boost::urls;

namespace {

// Where the pieces of a body go while it is received.
class BodyKeeper {
public:
    explicit BodyKeeper(const HttpRequest& request)
        : max_(request.body_max),
          read_max_(request.body_read_max),
          overflow_(request.body_overflow),
          tail_(max_) {}

    bool take(std::string_view piece) {
        tail_.append(piece);
        if (overflow_ == BodyOverflow::Fail && tail_.total() > max_) return false;
        return tail_.total() < read_max_;
    }

    bool is_too_large() const { return overflow_ == BodyOverflow::Fail && tail_.total() > max_; }
    void store(HttpResponse& response) const {
        response.body = tail_.str();
        response.body_total = tail_.total();
    }

private:
    std::size_t max_;
    std::uint64_t read_max_;
    BodyOverflow overflow_;
    OutputTail tail_;
};

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What was meant for one server alone; another one may be told neither secrets nor its name.
void forget_credentials(HttpHeaders& headers) {
    constexpr std::array<std::string_view, 5> kPrivate = {"Authorization", "Cookie", "Cookie2",
                                                          "Www-Authenticate", "Host"};
    std::erase_if(headers, [&](const auto& header) {
        return std::any_of(kPrivate.begin(), kPrivate.end(),
                           [&](std::string_view name) { return same_name(header.first, name); });
    });
}

bool is_same_server(const urls::url& from, const urls::url& to) {
    const bool is_downgrade = from.scheme() == "https" && to.scheme() != "https";
    return !is_downgrade && same_name(from.host_address(), to.host_address()) &&
           port_of(from) == port_of(to);
}

// Where the path, or what stands in its place, begins in a URI reference.
std::size_t behind_authority(std::string_view reference) {
    const std::size_t slashes = reference.find("//");
    const bool has_authority =
        slashes == 0 || (slashes != std::string_view::npos && reference[slashes - 1] == ':' &&
                         reference.find_first_of("/?#") == slashes);
    if (!has_authority) return 0;
    return std::min(reference.find_first_of("/?#", slashes + 2), reference.size());
}

// Servers forget to encode what no URI may hold, such as blanks, brackets and letters beyond ASCII.
std::string encode_others(std::string_view text) {
    constexpr std::string_view kOthers = " \"<>\\^`{|}";
    const std::size_t path = behind_authority(text);
    const std::size_t query = std::min(text.find('?'), text.size());
    const auto is_escape = [&](std::size_t at) {
        const auto is_hex = [](char c) {
            return std::isxdigit(static_cast<unsigned char>(c)) != 0;
        };
        return at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2]);
    };
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        const bool is_bracket = i >= path && (c == '[' || c == ']');
        const bool is_bare = i > query && c == '%' && !is_escape(i);
        if (byte >= 0x80 || is_bracket || is_bare || kOthers.find(c) != std::string_view::npos) {
            encoded += fmt::format("%{:02X}", byte);
        } else {
            encoded += c;
        }
    }
    return encoded;
}

Result<void> turn_to(HttpRequest& request, const HttpResponse& response) {
    WEFT_TRY(auto base, parse_url(request.url));
    const std::string location(response.header("Location"));
    const std::string encoded = encode_others(location);
    auto reference = urls::parse_uri_reference(encoded);
    urls::url next;
    if (!reference || !urls::resolve(base, reference.value(), next)) {
        return make_error(Errc::Corrupt,
                          fmt::format("failed to parse Location header \"{}\"", location));
    }
    if (!is_same_server(base, next)) forget_credentials(request.headers);
    request.url = std::string(std::string_view(next.buffer()));
    if (response.status < 307 && request.method != "GET" && request.method != "HEAD") {
        request.method = "GET";
        request.body.clear();
    }
    return success();
}

// What has come of a response whose head says all that matters, should the rest never come.
struct CutResponse {
    std::optional<HttpResponse> head;
    std::shared_ptr<BodyKeeper> body;

    HttpResponse taken() const {
        HttpResponse response = *head;
        body->store(response);
        return response;
    }
};

// cut: null unless the body may be cut.
asio::awaitable<Result<HttpResponse>> fetch_once(HttpRequest request,
                                                 std::shared_ptr<CutResponse> cut) {
    const auto keeper = std::make_shared<BodyKeeper>(request);
    HttpConversation conversation(request);
    HttpBodySink sink = [keeper](std::string_view piece) { return keeper->take(piece); };
    auto done = co_await conversation.begin(std::move(sink));
    const bool is_enough = cut && conversation.has_head();
    if (is_enough) {
        HttpResponse head = conversation.head();
        // That of a redirect leads on.
        if (!is_redirect(head.status)) *cut = {std::move(head), keeper};
    }
    if (done) done = co_await conversation.finish();
    if (!done && (!is_enough || done.error().code == Errc::Cancelled))
        co_return std::move(done).error();
    if (keeper->is_too_large()) {
        co_return make_error(
            Errc::Limit, fmt::format("response body is larger than {} bytes", request.body_max));
    }
    HttpResponse response = conversation.head();
    keeper->store(response);
    co_return response;
}

asio::awaitable<Result<HttpResponse>> fetch_following(HttpRequest request,
                                                      std::shared_ptr<CutResponse> cut) {
    const int redirects_max = request.redirects_max;
    for (int redirects = 0;; ++redirects) {
        auto response = co_await fetch_once(request, cut);
        if (!response) co_return with_request(request, response.error());
        const bool follows = redirects_max > 0 && is_redirect(response.value().status) &&
                             !response.value().header("Location").empty();
        if (!follows) co_return std::move(response);
        auto turned = turn_to(request, response.value());
        if (!turned) co_return with_request(request, turned.error());
        if (redirects == redirects_max) {
            const Error stopped =
                make_error(Errc::Limit, fmt::format("stopped after {} redirects", redirects_max));
            co_return with_request(request, stopped);
        }
    }
}

// Cuts what arrives into lines; a line longer than the limit is handed on in pieces.
class LineCutter {
public:
    explicit LineCutter(std::function<bool(std::string_view)> on_line)
        : on_line_(std::move(on_line)) {}

    bool take(std::string_view piece) {
        if (stopped_) return false;
        kept_.append(piece);
        std::size_t start = 0;
        for (auto end = kept_.find('\n'); end != std::string::npos; end = kept_.find('\n', start)) {
            if (!emit(std::string_view(kept_).substr(start, end - start))) return false;
            start = end + 1;
        }
        kept_.erase(0, start);
        if (kept_.size() < kLineMax) return true;
        const bool go_on = emit(kept_);
        kept_.clear();
        return go_on;
    }

    void finish() {
        if (!stopped_ && !kept_.empty()) emit(kept_);
    }

private:
    static constexpr std::size_t kLineMax = 1024 * 1024;

    bool emit(std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        stopped_ = !on_line_(line);
        return !stopped_;
    }

    std::function<bool(std::string_view)> on_line_;
    std::string kept_;
    bool stopped_ = false;  // the receiver wants no more
};

// The sink of a stream, which knows only after the header whether lines or an error's body come.
struct LineSink {
    LineSink(const HttpRequest& request, std::function<bool(std::string_view)> on_line)
        : cutter(std::move(on_line)), keeper(request) {}

    // Pieces that come along with the header wait until its status is known.
    bool take(std::string_view piece) {
        if (!decided) early.append(piece);
        if (!decided) return true;
        return is_lines ? cutter.take(piece) : keeper.take(piece);
    }

    bool decide(bool lines) {
        decided = true;
        is_lines = lines;
        return early.empty() || take(early);
    }

    bool decided = false;
    bool is_lines = false;
    std::string early;
    LineCutter cutter;
    BodyKeeper keeper;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    const std::string* value = find_header(headers, name);
    return value ? std::string_view(*value) : std::string_view();
}

asio::awaitable<Result<HttpResponse>> http_fetch(HttpRequest request) {
    const auto cut = request.body_may_be_cut ? std::make_shared<CutResponse>() : nullptr;
    auto response = co_await within(request.timeout, fetch_following(request, cut));
    const bool is_cut = !response && response.error().code == Errc::Timeout && cut && cut->head;
    if (is_cut) co_return cut->taken();
    if (!response && response.error().code == Errc::Timeout) co_return timed_out(request);
    co_return response;
}

asio::awaitable<Result<HttpResponse>> http_stream_lines(
    HttpRequest request, std::function<bool(std::string_view)> on_line) {
    const auto lines = std::make_shared<LineSink>(request, std::move(on_line));
    HttpConversation conversation(request);
    HttpBodySink sink = [lines](std::string_view piece) { return lines->take(piece); };
    auto begun = co_await within(request.timeout, conversation.begin(std::move(sink)));
    if (!begun && begun.error().code == Errc::Timeout) co_return timed_out(request);
    if (!begun) co_return with_request(request, begun.error());
    HttpResponse response = conversation.head();
    const bool go_on = lines->decide(response.status == 200);
    if (go_on) {
        Result<void> finished = success();
        if (request.lines_time > Duration{}) {
            finished = co_await within(request.lines_time, conversation.finish());
            if (!finished && finished.error().code == Errc::Timeout) finished = success();
        } else {
            finished = co_await conversation.finish();
        }
        if (!finished) co_return with_request(request, finished.error());
    }
    if (lines->is_lines && go_on) lines->cutter.finish();
    if (!lines->is_lines) lines->keeper.store(response);
    co_return response;
}

Result<HttpResponse> http_fetch_blocking(HttpRequest request) {
    return run_blocking(http_fetch(std::move(request)));
}

Result<HttpResponse> http_stream_lines_blocking(HttpRequest request,
                                                std::function<bool(std::string_view)> on_line) {
    return run_blocking(http_stream_lines(std::move(request), std::move(on_line)));
}

}  // namespace weft
