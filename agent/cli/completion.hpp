#pragma once

#include <span>
#include <string>

#include "agent/cli/command.hpp"

namespace weft::agent {

// Scripts that complete commands and flags, for `source <(weft completion bash)` and its like.
std::string bash_completion(std::span<const CliCommand> commands);
std::string zsh_completion(std::span<const CliCommand> commands);
std::string fish_completion(std::span<const CliCommand> commands);

}  // namespace weft::agent
