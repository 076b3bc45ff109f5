#pragma once

#include <optional>
#include <string>

#include "agent/catalog/command.hpp"
#include "tests/support/datadriven.hpp"

namespace weft::agent {

// The command that a script's words mean: register, deregister, kv, session, end, autopilot, txn
// (one operation a line of its body). Sessions have numbers for ids. Nothing for other words.
std::optional<Command> command_of(const test::ScriptCommand& words);

// The id of the session with that number.
std::string session_id(const std::string& number);

}  // namespace weft::agent
