#include "agent/io/http_transfer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "agent/io/deadline.hpp"
#include "agent/io/http_conversation.hpp"

namespace weft {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr Duration kWaitForLeave = std::chrono::seconds(1);  // to send a body
constexpr std::size_t kErrorBytesMax = 64 * 1024;

Error explain(const HttpRequest& request, const Error& error) {
    return error.code == Errc::Timeout ? timed_out(request) : with_request(request, error);
}

// Knows only after the head whether pieces or the text of an error come.
struct PieceSink {
    bool take(std::string_view piece) {
        if (forward) return on_piece(piece);
        text.append(piece.substr(0, kErrorBytesMax - std::min(kErrorBytesMax, text.size())));
        return true;
    }

    // What came along with the head.
    bool begin() {
        forward = true;
        const std::string early = std::exchange(text, {});
        return early.empty() || on_piece(early);
    }

    std::function<bool(std::string_view)> on_piece;
    bool forward = false;
    std::string text;
};

asio::awaitable<Result<void>> write_body(HttpConversation& conversation, HttpUpload upload,
                                         Duration limit) {
    const auto buffer = std::make_unique<std::array<char, kPieceBytes>>();
    std::uint64_t left = upload.size;
    while (left > 0) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer->size()));
        auto size = upload.read(std::span(*buffer).first(most));
        if (!size) co_return std::move(size).error();
        if (size.value() == 0) co_return make_error(Errc::Io, "the file has become shorter");
        const std::string_view piece(buffer->data(), size.value());
        auto written = co_await within(limit, conversation.write(piece));
        if (!written) co_return std::move(written).error();
        left -= size.value();
    }
    co_return success();
}

asio::awaitable<Result<void>> send_all(HttpConversation& conversation, HttpUpload upload,
                                       HttpBodySink sink, Duration answer) {
    const Duration limit = conversation.request().timeout;
    const std::uint64_t size = upload.size;
    auto opened = co_await within(limit, conversation.open(std::move(sink), size));
    if (!opened) co_return std::move(opened).error();
    auto wanted = co_await within(std::min(limit, kWaitForLeave), conversation.read_interim());
    // Not every server says that it waits for the body (RFC 9110, 10.1.1).
    const bool says_nothing = !wanted && wanted.error().code == Errc::Timeout;
    if (!wanted && !says_nothing) co_return std::move(wanted).error();
    if (says_nothing || wanted.value()) {
        auto written = co_await write_body(conversation, std::move(upload), limit);
        if (!written) co_return std::move(written).error();
        auto head = co_await within(answer, conversation.read_head());
        if (!head) co_return std::move(head).error();
    }
    co_return co_await within(limit, conversation.finish());
}

asio::awaitable<Result<void>> receive_all(HttpConversation& conversation, Duration limit) {
    while (!conversation.is_done()) {
        auto read = co_await within(limit, conversation.read_body());
        if (!read) co_return std::move(read).error();
    }
    co_return success();
}

}  // namespace

asio::awaitable<Result<HttpResponse>> http_upload(HttpRequest request, HttpUpload upload,
                                                  Duration answer) {
    const auto pieces = std::make_shared<PieceSink>();
    HttpConversation conversation(request);
    HttpBodySink sink = [pieces](std::string_view piece) { return pieces->take(piece); };
    auto sent = co_await send_all(conversation, std::move(upload), std::move(sink), answer);
    if (!sent) co_return explain(request, sent.error());
    HttpResponse response = conversation.head();
    response.body = std::move(pieces->text);
    co_return response;
}

asio::awaitable<Result<HttpResponse>> http_download(
    HttpRequest request, std::function<bool(std::string_view)> on_piece) {
    const auto pieces = std::make_shared<PieceSink>();
    pieces->on_piece = std::move(on_piece);
    HttpConversation conversation(request);
    HttpBodySink sink = [pieces](std::string_view piece) { return pieces->take(piece); };
    auto begun = co_await within(request.timeout, conversation.begin(std::move(sink)));
    if (!begun) co_return explain(request, begun.error());
    HttpResponse response = conversation.head();
    const bool go_on = response.status != 200 || pieces->begin();
    if (go_on) {
        auto received = co_await receive_all(conversation, request.timeout);
        if (!received) co_return explain(request, received.error());
    }
    response.body = std::move(pieces->text);
    co_return response;
}

}  // namespace weft
