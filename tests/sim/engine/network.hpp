#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "tests/sim/engine/fault.hpp"

namespace weft::sim {

// A place in the network: the hosts of a world count from zero.
using HostIndex = std::uint32_t;

struct NetworkConfig {
    std::size_t hosts = 0;
    // One way: the least, what the distance adds across the whole plane that hosts lie on, and the
    // mean of an exponential jitter.
    Duration latency = std::chrono::microseconds(100);
    Duration latency_of_distance{};
    Duration jitter = std::chrono::microseconds(150);

    static NetworkConfig draw(std::size_t hosts, Rng& rng);
};

// Decides when and whether what hosts send arrives. Knows nothing of what is sent.
class Network {
public:
    Network(const NetworkConfig& config, const FaultMix& mix, std::uint64_t seed);

    // Of one datagram: it may arrive more than once, or never.
    struct Flight {
        std::array<Instant, 2> arrivals{};
        std::size_t count = 0;
        bool is_corrupt = false;
    };
    Flight datagram(HostIndex from, HostIndex to, Instant now);

    // When what is sent over a connection arrives; nullopt: never, since the link is cut or the
    // connection stuck. Loss only delays it.
    std::optional<Instant> stream(HostIndex from, HostIndex to, Instant now);

    bool refuses_datagrams();  // whether the host of a dead process says so, this time

    // ---- what lasts, until heal() or its counterpart
    // Either direction may be cut alone.
    void set_cut(HostIndex from, HostIndex to, bool is_cut);
    void set_deaf(HostIndex host, bool is_deaf);
    void set_mute(HostIndex host, bool is_mute);
    // Of each host its group; hosts of two groups do not reach each other. Empty: no partition.
    void set_partition(std::vector<std::uint8_t> groups) { groups_ = std::move(groups); }
    // What is sent to or from host arrives after until, in any order.
    void clog(HostIndex host, Instant until) { clogged_until_[host] = until; }

    bool is_cut(HostIndex from, HostIndex to) const;

    // All links work, and no message suffers any more.
    void heal();
    // One host's own troubles end.
    void heal(HostIndex host);

private:
    Duration latency(HostIndex from, HostIndex to);
    Duration exponential(Duration mean);
    Instant unclogged(HostIndex from, HostIndex to, Instant arrival, Instant now);
    bool happens(Fault fault) { return mix_.has(fault) && rng_.unit() < mix_.rate(fault); }

    NetworkConfig config_;
    FaultMix mix_;
    Rng rng_;
    std::vector<std::pair<float, float>> places_;
    std::vector<std::uint8_t> groups_;
    std::vector<bool> deaf_;
    std::vector<bool> mute_;
    std::vector<std::pair<HostIndex, HostIndex>> cuts_;  // sorted
    std::vector<Instant> clogged_until_;
};

}  // namespace weft::sim
