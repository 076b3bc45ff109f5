#pragma once

#include <array>
#include <boost/smart_ptr/shared_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::api {

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

}  // namespace weft::api
