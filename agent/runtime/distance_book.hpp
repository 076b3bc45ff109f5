#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/dns/distances.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// How far nodes are from this agent's, by the coordinates.
//
// These move with every probe. A distance stays as it was until it has moved by more than half of
// what counts as noise: what is then told apart by more than noise is in the right order, and
// nothing is published while the ring only trembles.
class DistanceBook {
public:
    explicit DistanceBook(std::string own_node) : own_node_(std::move(own_node)) {}

    // Null when nothing changed that matters. Empty when nothing is known of this agent itself.
    std::shared_ptr<const api::Distances> update(const api::Coordinates& coordinates);

private:
    std::string own_node_;
    std::uint64_t index_ = 0;  // of the last update
    std::shared_ptr<const api::Distances> current_ = std::make_shared<const api::Distances>();
};

}  // namespace weft::agent
