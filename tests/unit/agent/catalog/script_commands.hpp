#pragma once

#include <optional>

#include "agent/catalog/command.hpp"
#include "tests/support/datadriven.hpp"

namespace weft::agent {

// The command that a script's words mean: register, deregister, kv. Nothing for other words.
std::optional<Command> command_of(const test::ScriptCommand& words);

}  // namespace weft::agent
