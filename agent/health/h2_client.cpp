#include "agent/health/h2_client.hpp"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <array>
#include <cstring>

#include "agent/base/assert.hpp"
#include "agent/io/pause.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kResponseMax = 256 * 1024;
// Of all that a peer sends, with what is no part of the response: frames of unknown types, settings
// and pings have no end otherwise. Four times the response, as its frames have heads, and small
// ones may have more head than content.
constexpr std::size_t kReceivedMax = 4 * kResponseMax;

// nghttp2's session with what its callbacks fill. It is sans-I/O: bytes in, bytes out.
class Session {
public:
    Session() {
        nghttp2_session_callbacks* callbacks = nullptr;
        WEFT_ASSERT(nghttp2_session_callbacks_new(&callbacks) == 0);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        WEFT_ASSERT(nghttp2_session_client_new(&session_, callbacks, this) == 0);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~Session() { nghttp2_session_del(session_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void submit_ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

    Result<void> submit_request(const H2Headers& headers, std::string body) {
        body_ = std::move(body);
        std::vector<nghttp2_nv> list;
        for (const auto& [name, value] : headers) {
            auto* name_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
            auto* value_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
            list.push_back(nghttp2_nv{name_bytes, value_bytes, name.size(), value.size(),
                                      NGHTTP2_NV_FLAG_NONE});
        }
        nghttp2_data_provider provider;
        provider.source.ptr = this;
        provider.read_callback = read_body;
        const auto id =
            nghttp2_submit_request(session_, nullptr, list.data(), list.size(), &provider, nullptr);
        if (id < 0) return make_error(Errc::InvalidArgument, nghttp2_strerror(id));
        return success();
    }

    // What is to be sent now.
    std::string outgoing() {
        std::string bytes;
        while (true) {
            const std::uint8_t* piece = nullptr;
            const auto size = nghttp2_session_mem_send(session_, &piece);
            if (size <= 0) return bytes;
            bytes.append(reinterpret_cast<const char*>(piece), static_cast<std::size_t>(size));
        }
    }

    Result<void> incoming(std::string_view bytes) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        const auto taken = nghttp2_session_mem_recv(session_, data, bytes.size());
        if (is_too_large_) {
            return make_error(Errc::Limit,
                              fmt::format("HTTP/2 response is larger than {} bytes", kResponseMax));
        }
        if (taken < 0) {
            return make_error(Errc::Corrupt,
                              fmt::format("HTTP/2: {}", nghttp2_strerror(static_cast<int>(taken))));
        }
        return success();
    }

    bool got_ping() const { return got_ping_; }
    bool is_closed() const { return is_closed_; }
    std::uint32_t close_reason() const { return close_reason_; }
    H2Response& response() { return response_; }

private:
    static Session& self(void* user) { return *static_cast<Session*>(user); }

    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        const bool acknowledges =
            frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
        if (acknowledges) self(user).got_ping_ = true;
        return 0;
    }

    static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        if (!self(user).count(name_size + value_size)) return NGHTTP2_ERR_CALLBACK_FAILURE;
        self(user).response_.headers.emplace_back(
            std::string(reinterpret_cast<const char*>(name), name_size),
            std::string(reinterpret_cast<const char*>(value), value_size));
        return 0;
    }

    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data,
                       std::size_t size, void* user) {
        if (!self(user).count(size)) return NGHTTP2_ERR_CALLBACK_FAILURE;
        self(user).response_.body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }

    static int on_close(nghttp2_session*, std::int32_t, std::uint32_t reason, void* user) {
        self(user).is_closed_ = true;
        self(user).close_reason_ = reason;
        return 0;
    }

    static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source* source, void*) {
        std::string& body = static_cast<Session*>(source->ptr)->body_;
        const std::size_t part = std::min(size, body.size());
        std::memcpy(buffer, body.data(), part);
        body.erase(0, part);
        if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(part);
    }

    bool count(std::size_t size) {
        received_ += size;
        is_too_large_ = received_ > kResponseMax;
        return !is_too_large_;
    }

    nghttp2_session* session_ = nullptr;
    std::string body_;
    H2Response response_;
    std::size_t received_ = 0;
    std::uint32_t close_reason_ = 0;
    bool got_ping_ = false;
    bool is_closed_ = false;
    bool is_too_large_ = false;
};

bool is_answered(const Session& session, bool ping) {
    return ping ? session.got_ping() : session.is_closed();
}

// Sends and receives until the answer is there.
asio::awaitable<Result<void>> converse(ByteStream& stream, Session& session, bool ping) {
    std::array<char, 16 * 1024> block;
    std::size_t received = 0;
    while (!is_answered(session, ping)) {
        // A cancellation that comes when the last step has just ended ends no wait, and a peer that
        // goes on sending lets each step end at once.
        const bool cancelled = co_await is_cancelled();
        if (cancelled) co_return make_error(Errc::Cancelled);
        const std::string bytes = session.outgoing();
        if (!bytes.empty()) {
            auto written = co_await stream.write(bytes);
            if (!written) co_return std::move(written).error();
            const bool cancelled_since = co_await is_cancelled();
            if (cancelled_since) co_return make_error(Errc::Cancelled);
        }
        auto size = co_await stream.read_some(asio::buffer(block));
        if (!size) co_return std::move(size).error();
        if (size.value() == 0)
            co_return make_error(Errc::Io, "connection closed before an answer came");
        received += size.value();
        if (received > kReceivedMax) {
            co_return make_error(
                Errc::Limit,
                fmt::format("HTTP/2: more than {} bytes came without an answer", kReceivedMax));
        }
        auto taken = session.incoming(std::string_view(block.data(), size.value()));
        if (!taken) co_return std::move(taken).error();
    }
    co_return success();
}

}  // namespace

std::string_view H2Response::header(std::string_view name) const {
    // Trailers come last and count.
    for (auto entry = headers.rbegin(); entry != headers.rend(); ++entry) {
        if (entry->first == name) return entry->second;
    }
    return {};
}

asio::awaitable<Result<void>> h2_ping(std::unique_ptr<ByteStream> stream) {
    Session session;
    session.submit_ping();
    co_return co_await converse(*stream, session, true);
}

asio::awaitable<Result<H2Response>> h2_request(std::unique_ptr<ByteStream> stream,
                                               H2Headers headers, std::string body) {
    Session session;
    auto submitted = session.submit_request(headers, std::move(body));
    if (!submitted) co_return std::move(submitted).error();
    auto answered = co_await converse(*stream, session, false);
    if (!answered) co_return std::move(answered).error();
    if (session.close_reason() != NGHTTP2_NO_ERROR) {
        co_return make_error(Errc::Unavailable,
                             fmt::format("HTTP/2 stream was reset: {}",
                                         nghttp2_http2_strerror(session.close_reason())));
    }
    co_return std::move(session.response());
}

}  // namespace weft::agent
