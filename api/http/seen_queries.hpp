#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_set>

namespace weft::api {

// Which ?cached queries this agent has been asked before: the first is a MISS, those that follow
// are HITs. Every answer comes from the local replica, so this only keeps the contract of X-Cache.
// Shared by all workers; bounded.
class SeenQueries {
public:
    // True when it was noted before.
    bool note(std::string_view cache_key);

private:
    static constexpr std::size_t kMost = 4096;

    std::mutex mutex_;
    std::unordered_set<std::uint64_t> hashes_;
    std::deque<std::uint64_t> order_;  // oldest first
};

}  // namespace weft::api
