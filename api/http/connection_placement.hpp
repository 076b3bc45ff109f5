#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::api {

// Decides which worker serves a new connection: the one with the fewest, counted in blocks of
// kBlock, so that the few clients of a quiet agent share one thread. A thread with several busy
// connections finds the next request when it is done with one; the same connections on threads of
// their own would each put their thread to sleep and wake it for every request, which costs more
// than the request. take() on one thread at a time; release() on any.
class ConnectionPlacement {
public:
    static constexpr std::uint32_t kBlock = 16;

    explicit ConnectionPlacement(std::size_t workers) : open_(workers) {}

    // A worker's number, below the count of workers; its connection must be released.
    std::size_t take();
    void release(std::size_t worker) { open_[worker].fetch_sub(1, std::memory_order_relaxed); }

private:
    std::vector<std::atomic<std::uint32_t>> open_;
};

}  // namespace weft::api
