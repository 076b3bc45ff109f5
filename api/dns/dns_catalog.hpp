#pragma once

#include "agent/catalog/coordinates.hpp"
#include "agent/catalog/view.hpp"

namespace weft::api {

// Where the answers come from. Called by every worker at once, once per batch of queries.
class DnsCatalog {
public:
    virtual ~DnsCatalog() = default;
    virtual agent::View view() const = 0;
    // Where the nodes are; asked for by prepared queries that are near to something. Null: nothing
    // is known.
    virtual agent::CoordinatesPtr coordinates() const { return {}; }
};

}  // namespace weft::api
