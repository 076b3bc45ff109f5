#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace weft::agent {

// What stands where there is nothing: "-", so that awk counts all columns of a row; or, as Consul
// has it, blanks.
enum class EmptyCell { Dash, Blank };
EmptyCell empty_cells(const CliConsole& console);

// Columns aligned with two spaces between them and nothing else, so that awk can read them too.
// Control characters in cells are shown as terminal_text() does.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

    void add(std::vector<std::string> row);
    std::string render(EmptyCell empty = EmptyCell::Dash) const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace weft::agent
