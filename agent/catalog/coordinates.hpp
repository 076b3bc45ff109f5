#pragma once

#include <algorithm>
#include <array>
#include <boost/smart_ptr/shared_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/catalog/text_order.hpp"

namespace weft::agent {

// A node's place in the network's space (Vivaldi; Dabek et al., SIGCOMM 2004, with the adjustment
// of Lee et al., SIGMETRICS 2006). In seconds, but for the error, which has no unit. All finite.
struct Coordinate {
    static constexpr std::size_t kDimensions = 8;

    std::array<double, kDimensions> vector{};
    double error = 1.5;
    double adjustment = 0;
    double height = 1e-5;

    friend bool operator==(const Coordinate&, const Coordinate&) = default;
};

// Estimated time of a message and its answer, in seconds.
double round_trip_seconds(const Coordinate& a, const Coordinate& b);

struct NodeCoordinate {
    std::string node;
    Coordinate coordinate;
};

// Where the nodes are, at one moment. Immutable once it is published.
struct Coordinates {
    // Rises with every change; for blocking. At least 1.
    std::uint64_t index = 1;
    std::vector<NodeCoordinate> nodes;  // by name without regard to case: agent::fold_compare

    // Null when nothing is known of it. Without regard to case, as Consul compares names.
    const NodeCoordinate* entry(std::string_view node) const;
    const Coordinate* find(std::string_view node) const {
        const NodeCoordinate* const known = entry(node);
        return known ? &known->coordinate : nullptr;
    }
};

// Boost's pointer, since its atomic form is what can be published to other threads with g++ 12.
using CoordinatesPtr = boost::shared_ptr<const Coordinates>;

// Rows of the near node first, then the others by their distance from it, those of unknown
// distance last; equal ones in their order.
template <class Row, class NodeOf>
void sort_by_distance(std::vector<Row>& rows, std::string_view near, const Coordinates& places,
                      const NodeOf& node_of) {
    if (near.empty()) return;
    const auto others = std::stable_partition(
        rows.begin(), rows.end(), [&](const Row& row) { return fold_equal(node_of(row), near); });
    const Coordinate* from = places.find(near);
    if (!from) return;
    std::vector<std::pair<double, Row>> by_distance;
    by_distance.reserve(rows.size());
    for (auto row = others; row != rows.end(); ++row) {
        const Coordinate* to = places.find(node_of(*row));
        by_distance.emplace_back(
            to ? round_trip_seconds(*from, *to) : std::numeric_limits<double>::infinity(),
            std::move(*row));
    }
    std::stable_sort(by_distance.begin(), by_distance.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(by_distance.begin(), by_distance.end(), others,
                   [](auto& entry) { return std::move(entry.second); });
}

}  // namespace weft::agent
