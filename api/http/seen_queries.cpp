#include "api/http/seen_queries.hpp"

#include <functional>

namespace weft::api {

bool SeenQueries::note(std::string_view cache_key) {
    std::uint64_t hash = std::hash<std::string_view>{}(cache_key);
    std::lock_guard lock(mutex_);
    if (!hashes_.insert(hash).second) return true;
    order_.push_back(hash);
    if (order_.size() > kMost) {
        hashes_.erase(order_.front());
        order_.pop_front();
    }
    return false;
}

}  // namespace weft::api
