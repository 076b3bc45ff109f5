#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/config/diagnostic.hpp"
#include "agent/config/key_table.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

// How a value of a wrong type was most likely meant, as it is written in a file: "8500" in quotes
// for a port is 8500, 5 for a duration is "5s".
std::optional<std::string> meant_value(ValueType wanted, const TreeNode& written);

// A duration whose text Go does not take: "5", "5 sec", "1d".
std::optional<std::string> meant_duration(std::string_view text);

// Adds meant_value() to a message about the value; never for a secret, whose text would be shown.
void suggest_value(Diagnostic& found, const KeyRow& row, const TreeNode& written);

// `ports.http` and `8500` as "ports { http = 8500 }".
std::string in_blocks(std::string_view path, std::string_view value);

}  // namespace weft::agent
