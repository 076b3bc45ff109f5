#include "gossip/core/coordinate_model.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace weft::gossip {
namespace {

using Vector = std::array<double, kCoordinateDimensions>;

// Those of Serf: agents of one ring must share them.
constexpr double kErrorMax = 1.5;
constexpr double kErrorWeight = 0.25;     // ce of the paper
constexpr double kDistanceWeight = 0.25;  // cc
constexpr double kHeightMin = 1e-5;       // s
constexpr double kGravityRho = 150;       // s
constexpr double kZero = 1e-6;
constexpr Duration kRttMax = std::chrono::seconds(10);

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double magnitude(const Vector& vector) {
    double sum = 0;
    for (const double component : vector) sum += component * component;
    return std::sqrt(sum);
}

Vector difference(const Vector& a, const Vector& b) {
    Vector result;
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
    return result;
}

Vector scaled(Vector vector, double by) {
    for (double& component : vector) component *= by;
    return vector;
}

// Without the adjustments.
double raw_distance(const Coordinate& a, const Coordinate& b) {
    return magnitude(difference(a.vector, b.vector)) + a.height + b.height;
}

double distance(const Coordinate& a, const Coordinate& b) {
    const double raw = raw_distance(a, b);
    const double adjusted = raw + a.adjustment + b.adjustment;
    return adjusted > 0 ? adjusted : raw;
}

}  // namespace

Coordinate origin() {
    return {.adjustment = 0, .error = kErrorMax, .height = kHeightMin, .vector = {}};
}

bool is_valid(const Coordinate& coordinate) {
    return std::isfinite(coordinate.adjustment) && std::isfinite(coordinate.error) &&
           std::isfinite(coordinate.height) &&
           std::all_of(coordinate.vector.begin(), coordinate.vector.end(),
                       [](double component) { return std::isfinite(component); });
}

Duration estimated_rtt(const Coordinate& a, const Coordinate& b) {
    // A peer's numbers may be beyond what a duration holds.
    const double seconds = std::min(distance(a, b), 1e9);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

CoordinateModel::CoordinateModel(Rng& rng) : rng_(rng) {}

bool CoordinateModel::observe(std::string_view peer, const Coordinate& coordinate, Duration rtt) {
    if (!is_valid(coordinate) || rtt < Duration::zero() || rtt > kRttMax) return false;
    const double seconds = filtered(peer, in_seconds(rtt));
    update_vivaldi(coordinate, seconds);
    update_adjustment(coordinate, seconds);
    update_gravity();
    if (!is_valid(own_)) {
        ++resets_;
        own_ = origin();
    }
    return true;
}

void CoordinateModel::forget(std::string_view peer) {
    if (const auto at = samples_.find(peer); at != samples_.end()) samples_.erase(at);
}

// The median of the last few, so that one slow answer moves nothing.
double CoordinateModel::filtered(std::string_view peer, double rtt) {
    auto at = samples_.find(peer);
    if (at == samples_.end()) at = samples_.try_emplace(std::string(peer)).first;
    std::vector<double>& samples = at->second;
    samples.push_back(rtt);
    if (samples.size() > kFilterSamples) samples.erase(samples.begin());
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
}

void CoordinateModel::update_vivaldi(const Coordinate& other, double rtt) {
    rtt = std::max(rtt, kZero);
    const double foretold = distance(own_, other);
    const double wrongness = std::abs(foretold - rtt) / rtt;
    const double weight = own_.error / std::max(own_.error + other.error, kZero);
    const double share = kErrorWeight * weight;
    own_.error = std::min(share * wrongness + own_.error * (1 - share), kErrorMax);
    apply_force(other, kDistanceWeight * weight * (rtt - foretold));
}

void CoordinateModel::update_adjustment(const Coordinate& other, double rtt) {
    adjustments_[next_adjustment_] = rtt - raw_distance(own_, other);
    next_adjustment_ = (next_adjustment_ + 1) % adjustments_.size();
    double sum = 0;
    for (const double adjustment : adjustments_) sum += adjustment;
    own_.adjustment = sum / (2.0 * static_cast<double>(adjustments_.size()));
}

// Keeps the whole ring from drifting away.
void CoordinateModel::update_gravity() {
    const double from_origin = distance(origin(), own_) / kGravityRho;
    apply_force(origin(), -from_origin * from_origin);
}

// Away from other, or towards it when force is negative.
void CoordinateModel::apply_force(const Coordinate& other, double force) {
    Vector direction = difference(own_.vector, other.vector);
    double length = magnitude(direction);
    const bool is_apart = length > kZero;
    if (!is_apart) {
        // Two at one place part in any direction.
        for (double& component : direction) component = rng_.unit() - 0.5;
        length = magnitude(direction);
    }
    if (length <= kZero) {
        direction = {1};
        length = 1;
    }
    const Vector unit = scaled(direction, 1 / length);
    for (std::size_t i = 0; i < unit.size(); ++i) own_.vector[i] += unit[i] * force;
    if (is_apart) {
        const double height = (own_.height + other.height) * force / length + own_.height;
        own_.height = std::max(height, kHeightMin);
    }
}

}  // namespace weft::gossip
