#include "gossip/net/stream_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "agent/io/dial.hpp"

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

asio::awaitable<Result<StreamMessage>> StreamIo::read(Socket& socket, StreamReader& reader,
                                                      Held& held) {
    while (true) {
        const auto [waited] =
            co_await socket.async_wait(kWaitRead, asio::as_tuple(asio::use_awaitable));
        if (waited) co_return stream_error(waited);
        error_code error;
        const std::size_t size = socket.read_some(asio::buffer(buffer_), error);
        if (error == asio::error::would_block) continue;
        if (error) co_return stream_error(error);
        counters_.stream_bytes_received += size;
        held.add(size);
        if (held_bytes_ > limits_.bytes_max)
            co_return make_error(Errc::Limit, "too many streams at once");
        auto message = reader.add({buffer_.data(), size});
        if (!message) co_return message.error();
        if (message.value()) co_return *message.value();
    }
}

asio::awaitable<Result<void>> StreamIo::write(Socket& socket, std::string_view bytes) {
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
