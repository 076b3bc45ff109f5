#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace weft::api {

// Moves bytes through a non-blocking socket, with TLS or without, and never waits: who waits, and
// for what, is the caller's. While idle it holds no buffer. The socket is not owned.
class Transport {
public:
    enum class State {
        Ok,
        WantRead,   // nothing to be had: try again when the socket is readable
        WantWrite,  // try again when it is writable
        Closed,     // by the peer, or broken
    };
    struct Moved {
        State state = State::Ok;
        std::size_t bytes = 0;
    };

    // tls null: plain. Else the handshake is part of the first read.
    Transport(int socket, SSL_CTX* tls);

    Moved read(std::span<char> buffer);

    // Sends as much of both, one after the other, as the socket takes. Ok only when at least a byte
    // went.
    Moved write(std::string_view first, std::string_view second);

    // Ok: there are bytes to read. Takes none.
    State peek();

    // Decrypted bytes wait in memory: the socket will not become readable for them.
    bool has_buffered() const;

    // Tells the peer that no more will come.
    void shut_down();

private:
    Moved write_tls(std::string_view bytes);
    State tls_state(int result);

    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    int socket_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace weft::api
