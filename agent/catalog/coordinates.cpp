#include "agent/catalog/coordinates.hpp"

#include <algorithm>
#include <cmath>

namespace weft::agent {

double round_trip_seconds(const Coordinate& a, const Coordinate& b) {
    double sum = 0;
    for (std::size_t i = 0; i < Coordinate::kDimensions; ++i) {
        const double difference = a.vector[i] - b.vector[i];
        sum += difference * difference;
    }
    const double plain = std::sqrt(sum) + a.height + b.height;
    // The adjustments correct the model; they must not turn time back.
    const double adjusted = plain + a.adjustment + b.adjustment;
    return adjusted > 0 ? adjusted : plain;
}

const NodeCoordinate* Coordinates::entry(std::string_view node) const {
    const auto at = std::lower_bound(nodes.begin(), nodes.end(), node,
                                     [](const NodeCoordinate& known, std::string_view wanted) {
                                         return fold_compare(known.node, wanted) < 0;
                                     });
    return at != nodes.end() && fold_equal(at->node, node) ? &*at : nullptr;
}

}  // namespace weft::agent
