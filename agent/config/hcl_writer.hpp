#pragma once

#include <string>
#include <string_view>

#include "agent/config/key_table.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

// Text in quotes, with the escapes that HCL 1 and JSON share.
std::string quoted_text(std::string_view text);

// The value of a key as a file holds it; secrets as they are.
std::string written_value(const KeyRow& row, const KeyValue& value);

// A block with its braces as lines, each level indented by two spaces: `service { ... }`.
void write_block(std::string& out, std::string_view name, const TreeNode& block,
                 std::size_t indent = 0);

}  // namespace weft::agent
