#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/result.hpp"
#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"

namespace weft::agent {

class Mutation;

// With the words that the client is told.
inline Error refuse(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

// What each kind of command means, one file a command. A refusal comes before the first change.
std::optional<Error> apply_command(Mutation& mutation, const RegisterCommand& command);
std::optional<Error> apply_command(Mutation& mutation, const DeregisterCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const PutConfigEntryCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const PutConfigEntriesCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const DeleteConfigEntryCommand& command);
// These set all but `changed`.
ApplyOutcome apply_command(Mutation& mutation, const KvCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const SessionCreateCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const SessionDestroyCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const AutopilotCommand& command);
ApplyOutcome apply_command(Mutation& mutation, const PreparedQueryCommand& command);
// When it does not hold, the caller must undo what was done.
ApplyOutcome apply_command(Mutation& mutation, const TransactionCommand& command);

// What go-memdb's index of UUIDs says of a text; empty when it would look for it.
std::string uuid_fault(std::string_view id);

}  // namespace weft::agent
