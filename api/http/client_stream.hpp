#pragma once

#include <prometheus/counter.h>

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "api/http/exchange.hpp"

namespace weft::api {

// What an endpoint without an end writes and its connection has not sent yet. Bounded: a client
// that reads too slowly loses lines, not the agent its memory.
class ClientStream final : public Stream {
public:
    // wake is called on the writer's thread when there is something to take after there was
    // nothing.
    ClientStream(std::function<void()> wake, prometheus::Counter& dropped);

    bool write(std::string_view chunk) override;

    // Everything written since the last call.
    std::string take();

    // The client is gone: further writes return false.
    void close();

private:
    static constexpr std::size_t kBytesMost = 256 * 1024;

    std::function<void()> wake_;
    prometheus::Counter& dropped_;
    std::mutex mutex_;
    std::string bytes_;
    bool closed_ = false;
};

}  // namespace weft::api
