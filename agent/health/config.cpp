#include "agent/health/config.hpp"

#include <fmt/format.h>

namespace weft::agent {

namespace {

Result<void> positive(bool fine, std::string_view key) {
    if (fine) return success();
    return make_error(Errc::InvalidArgument, fmt::format("{} must be greater than 0", key));
}

}  // namespace

Result<void> HealthConfig::validate() const {
    WEFT_TRY(positive(!node_name.empty(), "the length of node_name"));
    WEFT_TRY(positive(check_update_interval >= Duration::zero(), "check_update_interval + 1ns"));
    WEFT_TRY(positive(sync_interval > Duration::zero(), "sync_interval"));
    WEFT_TRY(positive(sync_retry > Duration::zero(), "sync_retry"));
    WEFT_TRY(positive(reap_interval > Duration::zero(), "reap_interval"));
    WEFT_TRY(positive(interval_min > Duration::zero(), "interval_min"));
    WEFT_TRY(positive(output_max_bytes > 0, "check_output_max_size"));
    WEFT_TRY(positive(max_services > 0, "max_services"));
    WEFT_TRY(positive(max_checks > 0, "max_checks"));
    WEFT_TRY(positive(max_running_scripts > 0, "max_running_scripts"));
    return positive(max_running_probes > 0, "max_running_probes");
}

}  // namespace weft::agent
