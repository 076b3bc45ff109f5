#include <fmt/format.h>

#include "agent/base/uuid.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/session.go.
namespace weft::agent {
namespace {

ApplyOutcome refuse(Errc code, std::string text) {
    return {.refusal = make_error(code, std::move(text))};
}

// Checks that must be there, and not critical: else the session would be over at once.
std::optional<Error> check_checks(const CatalogRoot& root, const SessionRow& row) {
    for (const SharedText& id : checks_of_session(row)) {
        const CheckPtr check = root.checks.find(row.node, id);
        if (!check) {
            return make_error(Errc::InvalidArgument,
                              fmt::format("Missing check '{}' registration", id.view()));
        }
        if (check->row.status == Status::Critical) {
            return make_error(Errc::InvalidArgument,
                              fmt::format("Check '{}' is in critical state", id.view()));
        }
    }
    return std::nullopt;
}

}  // namespace

ApplyOutcome apply_command(Mutation& mutation, const SessionCreateCommand& command) {
    const CatalogRoot& root = mutation.root();
    SessionRow row = command.session;
    if (row.id.empty()) return refuse(Errc::InvalidArgument, "Missing session ID");
    if (auto error = check_session_id(row.id)) return {.refusal = std::move(error)};
    if (root.sessions.find(row.id))
        return refuse(Errc::AlreadyExists, fmt::format("Session '{}' exists", row.id.view()));
    const NodePtr node = root.nodes.find(row.node);
    if (!node) return refuse(Errc::InvalidArgument, "Missing node registration");
    row.node = node->row.name;
    if (auto error = check_checks(root, row)) return {.refusal = std::move(error)};
    row.id = folded(row.id);
    row.create_index = Index(0);
    mutation.put_session(std::move(row));
    return {};
}

ApplyOutcome apply_command(Mutation& mutation, const SessionDestroyCommand& command) {
    const bool exists = mutation.root().sessions.find(command.id).get() != nullptr;
    mutation.remove_session(command.id);
    return {.held = exists};
}

std::optional<Error> check_session_id(std::string_view id) {
    constexpr std::string_view kLookup = "failed session lookup: index error: ";
    if (id.size() != 36) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("{}UUID must be 36 characters", kLookup));
    }
    if (!is_uuid(id))
        return make_error(Errc::InvalidArgument, fmt::format("{}Invalid UUID: {}", kLookup, id));
    return std::nullopt;
}

}  // namespace weft::agent
