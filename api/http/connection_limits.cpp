#include "api/http/connection_limits.hpp"

namespace weft::api {

void ConnectionLimits::configure(std::uint32_t per_client, std::uint32_t total) {
    std::lock_guard lock(mutex_);
    per_client_ = per_client;
    total_ = total;
}

ConnectionLimits::Admission ConnectionLimits::admit(const std::string& client) {
    std::lock_guard lock(mutex_);
    if (open_ >= total_) return Admission::Full;
    if (client != "@") {
        std::uint32_t& count = by_client_[client];
        if (per_client_ != 0 && count >= per_client_) return Admission::ClientFull;
        ++count;
    }
    ++open_;
    return Admission::Admitted;
}

void ConnectionLimits::release(const std::string& client) {
    std::lock_guard lock(mutex_);
    --open_;
    auto at = by_client_.find(client);
    if (at != by_client_.end() && --at->second == 0) by_client_.erase(at);
}

}  // namespace weft::api
