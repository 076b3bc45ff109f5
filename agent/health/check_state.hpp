#pragma once

#include <cstdint>
#include <optional>

#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// Decides from a row of results when a check changes its status (Consul: agent/checks,
// StatusHandler).
//
// Both counters start at their threshold, so that the first result counts at once. A warning counts
// as a success.
class CheckThresholds {
public:
    explicit CheckThresholds(const CheckDefinition& definition);

    // For a check whose status is known from before a restart: a single result against it does not
    // count at once.
    void resume(Status status);

    // The status to show after this result; nothing when it stays as it is until a threshold is
    // reached.
    std::optional<Status> observe(Status result);

private:
    std::int64_t success_before_passing_;
    std::int64_t failures_before_warning_;
    std::int64_t failures_before_critical_;
    std::int64_t successes_;
    std::int64_t failures_;
};

}  // namespace weft::agent
