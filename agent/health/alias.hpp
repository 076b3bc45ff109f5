#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/catalog/rows.hpp"

namespace weft::agent {

struct AliasTarget {
    std::string_view node;
    std::string_view service_id;  // empty: the node itself
    bool exists = false;          // the service, or the node, is known
};

struct AliasResult {
    Status status = Status::Passing;
    std::string output;
};

// The worst status among the checks of the target and of its node (Consul: CheckAlias). checks are
// those of the node.
AliasResult evaluate_alias(const AliasTarget& target, std::span<const CheckRow* const> checks);

}  // namespace weft::agent
