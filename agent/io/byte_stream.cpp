#include "agent/io/byte_stream.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "agent/io/pause.hpp"

namespace weft {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<tcp::socket>;

namespace {

Error broken(const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return make_error(Errc::Cancelled, "cancelled");
    return make_error(Errc::Io, plain_words(error));
}

template <class Stream>
class StreamOver : public ByteStream {
public:
    explicit StreamOver(Stream stream) : stream_(std::move(stream)) {}

    asio::awaitable<Result<std::size_t>> read_some(asio::mutable_buffer buffer) override {
        const auto [error, size] =
            co_await stream_.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
        // Many servers close without TLS's farewell; whoever cares for completeness counts the
        // bytes.
        if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
            co_return std::size_t{0};
        if (error) co_return broken(error);
        co_return size;
    }

    asio::awaitable<Result<void>> write(std::string_view bytes) override {
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        const auto [error, size] =
            co_await asio::async_write(stream_, buffer, asio::as_tuple(asio::use_awaitable));
        if (error) co_return broken(error);
        co_return success();
    }

protected:
    Stream stream_;
};

class TlsStreamOver : public StreamOver<TlsStream> {
public:
    using StreamOver::StreamOver;

    std::string negotiated_protocol() const override {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(const_cast<TlsStream&>(stream_).native_handle(), &name, &size);
        return std::string(reinterpret_cast<const char*>(name), size);
    }
};

Result<void> prepare(SSL* ssl, const std::string& name, const std::string& alpn) {
    boost::system::error_code not_address;
    asio::ip::make_address(name, not_address);
    const bool verifies = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE;
    bool fine = true;
    if (not_address) {
        fine = SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
        if (verifies) fine = fine && SSL_set1_host(ssl, name.c_str()) == 1;
    } else if (verifies) {
        fine = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
    }
    if (!alpn.empty()) {
        const std::string wire = static_cast<char>(alpn.size()) + alpn;
        const auto* bytes = reinterpret_cast<const unsigned char*>(wire.data());
        fine = fine && SSL_set_alpn_protos(ssl, bytes, static_cast<unsigned>(wire.size())) == 0;
    }
    if (!fine)
        return make_error(Errc::InvalidArgument, fmt::format("tls: bad server name \"{}\"", name));
    return success();
}

std::string handshake_words(const boost::system::error_code& error, SSL* ssl) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict == X509_V_OK) return "tls: " + plain_words(error);
    return fmt::format("tls: failed to verify certificate: {}",
                       X509_verify_cert_error_string(verdict));
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> open_unix(std::string path) {
    stream_protocol::socket socket(co_await asio::this_coro::executor);
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        co_return make_error(Errc::InvalidArgument,
                             fmt::format("dial unix {}: path is too long", path));
    }
    const stream_protocol::endpoint endpoint(path);
    const auto [error] =
        co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return make_error(Errc::Cancelled);
    if (error) {
        co_return make_error(Errc::Unavailable,
                             fmt::format("dial unix {}: connect: {}", path, plain_words(error)));
    }
    std::unique_ptr<ByteStream> stream =
        std::make_unique<StreamOver<stream_protocol::socket>>(std::move(socket));
    co_return std::move(stream);
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> shake_hands(tcp::socket socket,
                                                                 StreamTarget target) {
    TlsStream tls(std::move(socket), *target.tls);
    const auto& name =
        target.tls_server_name.empty() ? target.address.host : target.tls_server_name;
    auto prepared = prepare(tls.native_handle(), name, target.alpn);
    if (!prepared) co_return std::move(prepared).error();
    // A cancellation that came when the connection had just been made would leave this one to the
    // peer, who may say nothing.
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled);
    const auto [error] = co_await tls.async_handshake(asio::ssl::stream_base::client,
                                                      asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return make_error(Errc::Cancelled);
    if (error) co_return make_error(Errc::Unavailable, handshake_words(error, tls.native_handle()));
    std::unique_ptr<ByteStream> stream = std::make_unique<TlsStreamOver>(std::move(tls));
    co_return std::move(stream);
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<ByteStream>>> open_stream(StreamTarget target) {
    if (!target.unix_socket.empty()) co_return co_await open_unix(target.unix_socket);
    auto socket = co_await dial_tcp(target.address);
    if (!socket) co_return std::move(socket).error();
    boost::system::error_code ignored;
    socket.value().set_option(tcp::no_delay(true), ignored);
    if (target.tls) co_return co_await shake_hands(std::move(socket).value(), target);
    std::unique_ptr<ByteStream> stream =
        std::make_unique<StreamOver<tcp::socket>>(std::move(socket).value());
    co_return std::move(stream);
}

}  // namespace weft
