#pragma once

#include <optional>

#include "agent/base/result.hpp"
#include "agent/catalog/command.hpp"

namespace weft::agent {

class Mutation;

// What each kind of command means, one file a command. A refusal comes before the first change.
std::optional<Error> apply_command(Mutation& mutation, const RegisterCommand& command);
std::optional<Error> apply_command(Mutation& mutation, const DeregisterCommand& command);

}  // namespace weft::agent
