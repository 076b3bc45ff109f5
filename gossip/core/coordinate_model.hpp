#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "gossip/wire/coordinate.hpp"

namespace weft::gossip {

// Coordinates of an agent at the start.
Coordinate origin();

// Whether all of it are numbers.
bool is_valid(const Coordinate& coordinate);

// The round trip that two coordinates foretell.
Duration estimated_rtt(const Coordinate& a, const Coordinate& b);

// Where this agent is in the network, learnt from the round trips of its own probes (Dabek, Cox,
// Kaashoek, Morris 2004, "Vivaldi"; height and adjustment as in Serf: protocols, network
// coordinates).
class CoordinateModel {
public:
    // rng outlives it.
    explicit CoordinateModel(Rng& rng);

    const Coordinate& own() const { return own_; }

    // A probe of peer that was answered. False when it cannot be true and was ignored: the peer's
    // coordinate is no number, or the time is not within 0 to 10 s.
    bool observe(std::string_view peer, const Coordinate& coordinate, Duration rtt);

    void forget(std::string_view peer);

    // Times that the own coordinate became no number and began anew.
    std::uint64_t resets() const { return resets_; }

private:
    static constexpr std::size_t kFilterSamples = 3;
    static constexpr std::size_t kAdjustmentWindow = 20;

    double filtered(std::string_view peer, double rtt);
    void update_vivaldi(const Coordinate& other, double rtt);
    void update_adjustment(const Coordinate& other, double rtt);
    void update_gravity();
    void apply_force(const Coordinate& other, double force);

    Rng& rng_;
    Coordinate own_ = origin();
    std::map<std::string, std::vector<double>, std::less<>> samples_;  // of a peer, newest last
    std::array<double, kAdjustmentWindow> adjustments_{};
    std::size_t next_adjustment_ = 0;
    std::uint64_t resets_ = 0;
};

}  // namespace weft::gossip
