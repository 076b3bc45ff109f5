#include "api/http/client_stream.hpp"

#include <utility>

namespace weft::api {

ClientStream::ClientStream(std::function<void()> wake, prometheus::Counter& dropped)
    : wake_(std::move(wake)), dropped_(dropped) {}

bool ClientStream::write(std::string_view chunk) {
    bool was_empty = false;
    {
        std::lock_guard lock(mutex_);
        if (closed_) return false;
        if (bytes_.size() + chunk.size() > kBytesMost) {
            dropped_.Increment();
            return false;
        }
        was_empty = bytes_.empty();
        bytes_.append(chunk);
    }
    if (was_empty) wake_();
    return true;
}

std::string ClientStream::take() {
    std::lock_guard lock(mutex_);
    return std::exchange(bytes_, {});
}

void ClientStream::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    bytes_.clear();
}

}  // namespace weft::api
