#pragma once

#include <optional>
#include <span>
#include <string>

namespace weft::agent {

// The sentence about a command that people know from Consul and that weft does not have, by the
// words that they typed; none: they are simply a mistake.
std::optional<std::string> foreign_sentence(std::span<const std::string> words);

}  // namespace weft::agent
