#pragma once

#include "agent/catalog/view.hpp"

namespace weft::api {

// Where the answers come from. Called by every worker at once, once per batch of queries.
class DnsCatalog {
public:
    virtual ~DnsCatalog() = default;
    virtual agent::View view() const = 0;
};

}  // namespace weft::api
