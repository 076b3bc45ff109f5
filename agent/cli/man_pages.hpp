#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

struct ManPage {
    std::string file;  // "weft-kv-get.1"
    std::string text;  // roff, for man(7)
};

// weft(1) with all commands, a page a command, and weft.hcl(5) with the keys that config_keys
// lists.
std::vector<ManPage> man_pages(std::span<const CliCommand> commands, const std::string& version,
                               const std::string& config_keys);

}  // namespace weft::agent
