#include <fmt/format.h>

#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"

namespace weft::agent {

std::optional<Error> check_autopilot(const AutopilotRow& row) {
    const auto refuse = [](std::string text) {
        return make_error(Errc::InvalidArgument, std::move(text));
    };
    if (row.last_contact_threshold_ns < 0) return refuse("LastContactThreshold is negative");
    if (row.server_stabilization_time_ns < 0) return refuse("ServerStabilizationTime is negative");
    for (const SharedText& tag : {row.redundancy_zone_tag, row.upgrade_version_tag}) {
        if (tag.size() <= AutopilotRow::kTagBytesMax) continue;
        return refuse(fmt::format("A tag of {} bytes names no node metadata, which has at most {}",
                                  tag.size(), AutopilotRow::kTagBytesMax));
    }
    return std::nullopt;
}

ApplyOutcome apply_command(Mutation& mutation, const AutopilotCommand& command) {
    if (auto error = check_autopilot(command.configuration)) return {.refusal = std::move(error)};
    const Index index = mutation.root().autopilot.current().modify_index;
    if (command.cas && *command.cas != index) return {.held = false};
    mutation.put_autopilot(command.configuration);
    return {};
}

}  // namespace weft::agent
