#include "agent/health/alias.hpp"

#include <fmt/format.h>

namespace weft::agent {

AliasResult evaluate_alias(const AliasTarget& target, std::span<const CheckRow* const> checks) {
    if (!target.exists) {
        const std::string what = target.service_id.empty()
                                     ? fmt::format("Node {} could not be found", target.node)
                                     : fmt::format("Service {} could not be found on node {}",
                                                   target.service_id, target.node);
        return {Status::Critical, what};
    }
    AliasResult result{Status::Passing, "No checks found."};
    for (const CheckRow* check : checks) {
        if (!check->service_id.empty() && check->service_id.view() != target.service_id) continue;
        if (check->status == Status::Passing) {
            if (result.status == Status::Passing) result.output = "All checks passing.";
            continue;
        }
        const Status status = check->status == Status::Warning ? Status::Warning : Status::Critical;
        if (status == Status::Warning && result.status != Status::Passing) continue;
        result = {status, fmt::format("Aliased check \"{}\" failing: {}", check->name.view(),
                                      check->output.view())};
        if (status == Status::Critical) break;
    }
    return result;
}

}  // namespace weft::agent
