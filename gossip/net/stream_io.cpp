#include "gossip/net/stream_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "agent/io/dial.hpp"
#include "agent/io/pause.hpp"
#include "gossip/net/socket_address.hpp"

namespace weft::gossip {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kWaitRead = StreamIo::Socket::wait_read;
constexpr std::size_t kDiscardedMax = std::size_t{1} << 20;

Error stream_error(const error_code& error) {
    if (error == asio::error::operation_aborted) return make_error(Errc::Cancelled);
    if (error == asio::error::eof) return make_error(Errc::Io, "the peer closed the stream");
    return make_error(Errc::Io, plain_words(error));
}

}  // namespace

StreamIo::Held::~Held() {
    total_ -= bytes_;
    if (!peer_ || bytes_ == 0) return;
    const auto of_peer = io_.others_bytes_by_address_.find(*peer_);
    of_peer->second -= bytes_;
    if (of_peer->second == 0) io_.others_bytes_by_address_.erase(of_peer);
}

void StreamIo::Held::add(std::size_t bytes) {
    bytes_ += bytes;
    total_ += bytes;
    if (peer_ && bytes > 0) io_.others_bytes_by_address_[*peer_] += bytes;
}

void StreamIo::Held::attribute_to(const IpAddress& peer) {
    if (opener_ == Opener::Self || peer_) return;
    peer_ = peer;
    if (bytes_ > 0) io_.others_bytes_by_address_[peer] += bytes_;
}

bool StreamIo::Held::is_over_limit() const {
    const std::size_t third = io_.limits_.bytes_max / 3;
    if (opener_ == Opener::Self) return total_ > third;
    if (total_ > io_.limits_.bytes_max - third) return true;
    return peer_ && bytes_ > 0 && io_.others_bytes_by_address_.at(*peer_) > third;
}

asio::awaitable<Result<StreamMessage>> StreamIo::read(Socket& socket, StreamReader& reader,
                                                      Held& held) {
    error_code gone;
    const auto peer = socket.remote_endpoint(gone);
    // If not, reading ends at once, too.
    if (!gone) held.attribute_to(to_endpoint(peer).address);
    while (true) {
        // A cancellation that comes when the last step has just ended ends no wait.
        const bool cancelled = co_await is_cancelled();
        if (cancelled) co_return make_error(Errc::Cancelled);
        const auto [waited] =
            co_await socket.async_wait(kWaitRead, asio::as_tuple(asio::use_awaitable));
        if (waited) co_return stream_error(waited);
        error_code error;
        const std::size_t size = socket.read_some(asio::buffer(buffer_), error);
        if (error == asio::error::would_block) continue;
        if (error) co_return stream_error(error);
        counters_.stream_bytes_received += size;
        held.add(size);
        if (held.is_over_limit()) co_return make_error(Errc::Limit, "too many streams at once");
        auto message = reader.add({buffer_.data(), size});
        if (!message) co_return message.error();
        if (message.value()) co_return *message.value();
    }
}

asio::awaitable<Result<void>> StreamIo::write(Socket& socket, std::string_view bytes) {
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    const auto [error, size] = co_await asio::async_write(
        socket, asio::buffer(bytes.data(), bytes.size()), asio::as_tuple(asio::use_awaitable));
    counters_.stream_bytes_sent += size;
    if (error) co_return stream_error(error);
    co_return success();
}

asio::awaitable<void> StreamIo::discard(Socket& socket) {
    error_code error;
    socket.shutdown(Socket::shutdown_send, error);
    std::size_t discarded = 0;
    while (!error && discarded < kDiscardedMax) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled) co_return;
        const auto [waited] =
            co_await socket.async_wait(kWaitRead, asio::as_tuple(asio::use_awaitable));
        if (waited) co_return;
        discarded += socket.read_some(asio::buffer(buffer_), error);
        if (error == asio::error::would_block) error = {};
    }
}

std::string StreamIo::in_layers(std::string_view message, StreamSide side) {
    StreamOptions options;
    options.compress = limits_.compress && message.size() > limits_.compress_above;
    if (!keys_.sealing.is_empty()) options.nonce = nonces_.next();
    std::string bytes;
    write_stream(bytes, message, config_, keys_.sealing, side, options);
    return bytes;
}

void prepare_stream(StreamIo::Socket& socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

}  // namespace weft::gossip
