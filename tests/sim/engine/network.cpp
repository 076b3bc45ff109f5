#include "tests/sim/engine/network.hpp"

#include <algorithm>
#include <cmath>

namespace weft::sim {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration kSlowest = std::chrono::seconds(2);
constexpr Duration kRetransmission = milliseconds(200);  // Linux's least
constexpr int kRetransmissionsMost = 6;

Duration scaled(Duration duration, double by) {
    return Duration(static_cast<std::int64_t>(static_cast<double>(duration.count()) * by));
}

}  // namespace

NetworkConfig NetworkConfig::draw(std::size_t hosts, Rng& rng) {
    NetworkConfig config{.hosts = hosts};
    config.latency = scaled(microseconds(50), std::pow(40.0, rng.unit()));
    config.jitter = scaled(microseconds(20), std::pow(50.0, rng.unit()));
    if (rng.below(2) == 0) config.latency_of_distance = scaled(milliseconds(30), rng.unit());
    return config;
}

Network::Network(const NetworkConfig& config, const FaultMix& mix, std::uint64_t seed)
    : config_(config),
      mix_(mix),
      rng_(seed),
      places_(config.hosts),
      deaf_(config.hosts),
      mute_(config.hosts),
      clogged_until_(config.hosts, Instant::min()) {
    for (auto& [x, y] : places_) {
        x = static_cast<float>(rng_.unit());
        y = static_cast<float>(rng_.unit());
    }
}

Network::Flight Network::datagram(HostIndex from, HostIndex to, Instant now) {
    Flight flight;
    if (is_cut(from, to) || happens(Fault::Loss)) return flight;
    flight.is_corrupt = happens(Fault::Corrupt);
    flight.count = happens(Fault::Duplicate) ? 2 : 1;
    for (std::size_t i = 0; i < flight.count; ++i) {
        Instant arrival = now + latency(from, to);
        if (happens(Fault::Delay)) {
            arrival += scaled(milliseconds(10), std::pow(kSlowest / milliseconds(10), rng_.unit()));
        }
        if (happens(Fault::Reorder)) {
            arrival += scaled(10 * (config_.latency + config_.jitter), rng_.unit());
        }
        flight.arrivals[i] = unclogged(from, to, arrival, now);
    }
    return flight;
}

std::optional<Instant> Network::stream(HostIndex from, HostIndex to, Instant now) {
    if (is_cut(from, to) || is_cut(to, from)) return std::nullopt;
    Instant arrival = now + latency(from, to);
    Duration wait = kRetransmission;
    for (int i = 0; i < kRetransmissionsMost && happens(Fault::Loss); ++i, wait *= 2) {
        arrival += wait;
    }
    if (happens(Fault::Streams)) {
        if (rng_.below(3) == 0) return std::nullopt;
        arrival += scaled(std::chrono::seconds(12), rng_.unit());
    }
    return unclogged(from, to, arrival, now);
}

bool Network::refuses_datagrams() {
    return !happens(Fault::NoRefusal);
}

void Network::set_cut(HostIndex from, HostIndex to, bool is_cut) {
    const std::pair link(from, to);
    const auto place = std::lower_bound(cuts_.begin(), cuts_.end(), link);
    const bool was_cut = place != cuts_.end() && *place == link;
    if (is_cut && !was_cut) cuts_.insert(place, link);
    if (!is_cut && was_cut) cuts_.erase(place);
}

void Network::set_deaf(HostIndex host, bool is_deaf) {
    deaf_[host] = is_deaf;
}

void Network::set_mute(HostIndex host, bool is_mute) {
    mute_[host] = is_mute;
}

bool Network::is_cut(HostIndex from, HostIndex to) const {
    if (mute_[from] || deaf_[to]) return true;
    if (!groups_.empty() && groups_[from] != groups_[to]) return true;
    return !cuts_.empty() && std::binary_search(cuts_.begin(), cuts_.end(), std::pair(from, to));
}

void Network::heal() {
    mix_ = FaultMix();
    for (HostIndex host = 0; host < config_.hosts; ++host) heal(host);
    groups_.clear();
    cuts_.clear();
}

void Network::heal(HostIndex host) {
    deaf_[host] = false;
    mute_[host] = false;
    clogged_until_[host] = Instant::min();
    std::erase_if(cuts_, [&](const auto& cut) { return cut.first == host || cut.second == host; });
}

Duration Network::latency(HostIndex from, HostIndex to) {
    Duration latency = config_.latency + exponential(config_.jitter);
    if (config_.latency_of_distance > Duration::zero()) {
        const auto [x, y] = places_[from];
        const auto [u, v] = places_[to];
        latency += scaled(config_.latency_of_distance, std::hypot(x - u, y - v));
    }
    return latency;
}

Duration Network::exponential(Duration mean) {
    return scaled(mean, -std::log(1 - rng_.unit()));
}

// Within ten milliseconds of the end of the clog, so that what was sent last may be first.
Instant Network::unclogged(HostIndex from, HostIndex to, Instant arrival, Instant now) {
    const Instant until = std::max(clogged_until_[from], clogged_until_[to]);
    if (until <= now) return arrival;
    return std::max(arrival, until) + scaled(milliseconds(10), rng_.unit());
}

}  // namespace weft::sim
