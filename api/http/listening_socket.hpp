#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "agent/base/result.hpp"
#include "api/http/config.hpp"

namespace weft::api {

// A bound, listening, non-blocking socket; closed with its last owner, its file removed if it is a
// unix socket.
class ListeningSocket {
public:
    ListeningSocket(int descriptor, bool tls, std::string unix_path);
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ~ListeningSocket();

    int release() { return std::exchange(descriptor_, -1); }
    int descriptor() const { return descriptor_; }
    bool tls() const { return tls_; }
    bool is_unix() const { return !unix_path_.empty(); }
    const std::string& unix_path() const { return unix_path_; }

private:
    int descriptor_;
    bool tls_;
    std::string unix_path_;
};

struct BoundListener {
    ListeningSocket socket;
    std::uint16_t port = 0;  // as bound; 0 for a unix socket
};

// Errors name the address and what to do about it.
Result<BoundListener> bind_listener(const HttpListener& listener, const HttpConfig& config);

}  // namespace weft::api
