#include "api/http/transport.hpp"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>

#include "agent/base/assert.hpp"

namespace weft::api {
namespace {

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int socket_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

// OpenSSL's own socket BIO writes with write(2), which kills the process when the peer has gone
// (SIGPIPE).
int bio_write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && would_block()) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t got = recv(socket_of(bio), bytes, static_cast<std::size_t>(size), 0);
    if (got < 0 && would_block()) BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_bio_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    WEFT_ASSERT(method != nullptr);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

SSL* make_ssl(int socket, SSL_CTX* tls) {
    static BIO_METHOD* const method = make_bio_method();
    SSL* ssl = SSL_new(tls);
    BIO* bio = BIO_new(method);
    WEFT_ASSERT(ssl != nullptr && bio != nullptr);  // only memory can be short here
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS);
    // Without it OpenSSL refuses to resume sessions of clients that showed a certificate.
    constexpr std::string_view kContext = "weft-http";
    SSL_set_session_id_context(ssl, reinterpret_cast<const unsigned char*>(kContext.data()),
                               static_cast<unsigned>(kContext.size()));
    SSL_set_accept_state(ssl);
    return ssl;
}

// The kernel checks a list of buffers longer than it takes to copy a small answer.
ssize_t send_plain(int socket, std::string_view first, std::string_view second) {
    std::array<char, 2048> joined;
    if (first.size() + second.size() <= joined.size()) {
        char* const end = std::copy(first.begin(), first.end(), joined.data());
        std::copy(second.begin(), second.end(), end);
        return ::send(socket, joined.data(), first.size() + second.size(), MSG_NOSIGNAL);
    }
    iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                      {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

int int_size(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

Transport::Transport(int socket, SSL_CTX* tls) : socket_(socket) {
    if (tls) ssl_.reset(make_ssl(socket, tls));
}

Transport::State Transport::tls_state(int result) {
    int error = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    switch (error) {
        case SSL_ERROR_WANT_READ:
            return State::WantRead;
        case SSL_ERROR_WANT_WRITE:
            return State::WantWrite;
        default:
            return State::Closed;
    }
}

Transport::Moved Transport::read(std::span<char> buffer) {
    if (ssl_) {
        int got = SSL_read(ssl_.get(), buffer.data(), int_size(buffer.size()));
        if (got <= 0) return {tls_state(got), 0};
        return {State::Ok, static_cast<std::size_t>(got)};
    }
    ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
    if (got > 0) return {State::Ok, static_cast<std::size_t>(got)};
    if (got < 0 && would_block()) return {State::WantRead, 0};
    return {State::Closed, 0};
}

Transport::Moved Transport::write(std::string_view first, std::string_view second) {
    if (ssl_) {
        // One record instead of two: most answers are small.
        constexpr std::size_t kJoined = 8 * 1024;
        if (!second.empty() && first.size() + second.size() <= kJoined) {
            return write_tls(std::string(first).append(second));
        }
        Moved moved = first.empty() ? write_tls(second) : write_tls(first);
        if (moved.bytes < first.size() || first.empty()) return moved;
        Moved more = second.empty() ? Moved{} : write_tls(second);
        return {State::Ok, moved.bytes + more.bytes};
    }
    const ssize_t sent = send_plain(socket_, first, second);
    if (sent >= 0) return {State::Ok, static_cast<std::size_t>(sent)};
    if (would_block()) return {State::WantWrite, 0};
    return {State::Closed, 0};
}

Transport::Moved Transport::write_tls(std::string_view bytes) {
    std::size_t total = 0;
    while (total < bytes.size()) {
        int sent = SSL_write(ssl_.get(), bytes.data() + total, int_size(bytes.size() - total));
        if (sent <= 0) {
            State state = tls_state(sent);
            if (total > 0 && state != State::Closed) break;
            return {state, total};
        }
        total += static_cast<std::size_t>(sent);
    }
    return {State::Ok, total};
}

Transport::State Transport::peek() {
    char byte = 0;
    if (ssl_) {
        int got = SSL_peek(ssl_.get(), &byte, 1);
        return got > 0 ? State::Ok : tls_state(got);
    }
    ssize_t got = recv(socket_, &byte, 1, MSG_PEEK);
    if (got > 0) return State::Ok;
    return got < 0 && would_block() ? State::WantRead : State::Closed;
}

bool Transport::has_buffered() const {
    return ssl_ && SSL_pending(ssl_.get()) > 0;
}

void Transport::shut_down() {
    if (ssl_ && SSL_is_init_finished(ssl_.get())) {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    shutdown(socket_, SHUT_WR);
}

}  // namespace weft::api
