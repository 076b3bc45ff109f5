#pragma once

#include <cstddef>
#include <vector>

#include "agent/base/time.hpp"

namespace weft::sim {

// Measured durations, for their percentiles.
class Samples {
public:
    void add(Duration duration) { durations_.push_back(duration); }
    std::size_t size() const { return durations_.size(); }

    // Seconds; the nearest rank, percent of 1 to 100. NaN of none.
    double seconds(double percent) const;

private:
    std::vector<Duration> durations_;
};

}  // namespace weft::sim
