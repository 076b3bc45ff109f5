#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "agent/base/uuid.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/session.go.
namespace weft::agent {
namespace {

// A byte as Go's %#U shows it: with the character, if it is a visible one of Latin-1.
std::string code_point(unsigned char byte) {
    constexpr unsigned char kSoftHyphen = 0xad;
    const bool is_ascii = byte >= ' ' && byte <= '~';
    const bool is_latin = byte > 0xa0 && byte != kSoftHyphen;
    std::string text = fmt::format("U+{:04X}", byte);
    if (!is_ascii && !is_latin) return text;
    text += " '";
    if (is_latin) text.push_back(static_cast<char>(0xc0 | (byte >> 6)));
    text.push_back(static_cast<char>(is_latin ? 0x80 | (byte & 0x3f) : byte));
    return text + '\'';
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

std::string uuid_fault(std::string_view id) {
    constexpr std::size_t kHyphens = 4;
    if (id.size() != 36) return "UUID must be 36 characters";
    const auto hyphens = static_cast<std::size_t>(std::count(id.begin(), id.end(), '-'));
    if (hyphens > kHyphens)
        return fmt::format(R"(UUID should have maximum of {} "-"; got {})", kHyphens, hyphens);
    if ((id.size() - hyphens) % 2 != 0) return "Input (without hyphens) must be even length";
    const auto odd =
        std::find_if(id.begin(), id.end(), [](char c) { return c != '-' && !is_hex(c); });
    if (odd == id.end()) return {};
    return "Invalid UUID: encoding/hex: invalid byte: " +
           code_point(static_cast<unsigned char>(*odd));
}

namespace {

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
    if (row.id.empty()) return {.refusal = refuse("Missing session ID")};
    if (auto error = check_session_id(row.id)) return {.refusal = std::move(error)};
    if (!is_uuid(row.id)) return {.refusal = refuse("the session ID is no UUID")};
    if (root.sessions.find(row.id))
        return {.refusal = make_error(Errc::AlreadyExists,
                                      fmt::format("Session '{}' exists", row.id.view()))};
    const NodePtr node = root.nodes.find(row.node);
    if (!node) return {.refusal = refuse("Missing node registration")};
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

// What is enough of a UUID for Consul's index may still be no session's.
std::optional<Error> check_session_id(std::string_view id) {
    const std::string fault = uuid_fault(id);
    if (fault.empty()) return std::nullopt;
    return refuse("failed session lookup: index error: " + fault);
}

}  // namespace weft::agent
