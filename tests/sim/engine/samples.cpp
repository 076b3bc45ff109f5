#include "tests/sim/engine/samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::sim {

double Samples::seconds(double percent) const {
    if (durations_.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::vector<Duration> sorted = durations_;
    const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    const std::size_t index =
        std::min(static_cast<std::size_t>(std::max(rank, 1.0)) - 1, sorted.size() - 1);
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(sorted.begin(), at, sorted.end());
    return std::chrono::duration<double>(*at).count();
}

}  // namespace weft::sim
