#include "agent/health/check_state.hpp"

namespace weft::agent {

CheckThresholds::CheckThresholds(const CheckDefinition& definition)
    : success_before_passing_(definition.success_before_passing),
      failures_before_warning_(definition.failures_before_warning > 0
                                   ? definition.failures_before_warning
                                   : definition.failures_before_critical),
      failures_before_critical_(definition.failures_before_critical),
      successes_(success_before_passing_),
      failures_(failures_before_critical_) {}

void CheckThresholds::resume(Status status) {
    if (status == Status::Passing || status == Status::Warning) failures_ = 0;
    if (status == Status::Critical) successes_ = 0;
}

std::optional<Status> CheckThresholds::observe(Status result) {
    if (result == Status::Passing || result == Status::Warning) {
        failures_ = 0;
        ++successes_;
        if (successes_ >= success_before_passing_) return result;
        return std::nullopt;
    }
    successes_ = 0;
    ++failures_;
    if (failures_ >= failures_before_critical_) return Status::Critical;
    if (failures_ >= failures_before_warning_) return Status::Warning;
    return std::nullopt;
}

}  // namespace weft::agent
