#include "agent/runtime/distance_book.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "agent/catalog/text_order.hpp"

namespace weft::agent {

std::shared_ptr<const api::Distances> DistanceBook::update(const api::Coordinates& coordinates) {
    if (std::exchange(index_, coordinates.index) == coordinates.index) return nullptr;
    std::vector<api::Distances::Node> nodes;
    std::size_t kept = 0;
    const api::Coordinate* const own = coordinates.find(own_node_);
    if (own) nodes.reserve(coordinates.nodes.size());
    for (const api::NodeCoordinate& known : coordinates.nodes) {
        if (!own) break;
        // Two coordinates that are equal are still two heights apart, but a node is where it is.
        const bool is_own = fold_equal(known.node, own_node_);
        double seconds = is_own ? 0 : round_trip_seconds(*own, known.coordinate);
        if (!std::isfinite(seconds)) continue;  // numbers of outside may be of any size
        const std::optional<double> before = current_->seconds_to(known.node);
        const auto noise = [&] { return api::distance_noise(std::min(*before, seconds)); };
        if (before && std::abs(*before - seconds) <= noise() / 2) {
            seconds = *before;
            ++kept;
        }
        nodes.push_back({known.node, seconds});
    }
    if (kept == nodes.size() && kept == current_->size()) return nullptr;
    current_ = std::make_shared<const api::Distances>(std::move(nodes));
    return current_;
}

}  // namespace weft::agent
