#include "gossip/net/source_limiter.hpp"

#include <algorithm>
#include <cstring>

#include "agent/base/assert.hpp"

namespace weft::gossip {
namespace {

constexpr std::size_t kSweepAtLeast = 64;
// A table full of busy sources is not searched for idle ones at every datagram.
constexpr Duration kSweepInterval = std::chrono::milliseconds(100);

// The finalizer of splitmix64 (Steele, Lea, Flood 2014): each bit of the input changes half of the
// output's.
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

}  // namespace

std::size_t SourceLimiter::Hash::operator()(const Endpoint& endpoint) const {
    const auto bytes = endpoint.address.bytes();
    std::uint64_t words[2] = {};
    std::memcpy(words, bytes.data(), bytes.size());
    return mixed(mixed(mixed(seed ^ words[0]) + words[1]) + endpoint.port);
}

SourceLimiter::SourceLimiter(const SourceLimits& limits, std::uint64_t seed)
    : limits_(limits),
      interval_(std::max(Duration(std::chrono::seconds(1)) / limits.per_second, Duration(1))),
      tolerance_(interval_ * (limits.burst - 1)),
      full_at_(0, Hash{seed}),
      sweep_at_(std::min(kSweepAtLeast, limits.sources_max)) {
    WEFT_ASSERT(limits.per_second > 0 && limits.burst > 0);
}

bool SourceLimiter::admit(const Endpoint& source, Instant now) {
    if (const auto known = full_at_.find(source); known != full_at_.end())
        return take(known->second, now);
    if (full_at_.size() >= sweep_at_) sweep(now);
    if (full_at_.size() >= limits_.sources_max) return take(others_full_at_, now);
    return take(full_at_.emplace(source, now).first->second, now);
}

void SourceLimiter::charge(const Endpoint& source, std::uint32_t more, Instant now) {
    const auto known = full_at_.find(source);
    Instant& full_at = known != full_at_.end() ? known->second : others_full_at_;
    full_at = std::max(full_at, now) + interval_ * more;
}

bool SourceLimiter::take(Instant& full_at, Instant now) const {
    const Instant begin = std::max(full_at, now);
    if (begin - now > tolerance_) return false;
    full_at = begin + interval_;
    return true;
}

void SourceLimiter::sweep(Instant now) {
    if (now < next_sweep_) return;
    next_sweep_ = now + kSweepInterval;
    boost::unordered::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
    sweep_at_ = std::clamp(2 * full_at_.size(), std::min(kSweepAtLeast, limits_.sources_max),
                           limits_.sources_max);
}

}  // namespace weft::gossip
