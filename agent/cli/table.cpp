#include "agent/cli/table.hpp"

#include <algorithm>

#include "agent/cli/terminal_text.hpp"

namespace weft::agent {

namespace {

// Code points, near enough to columns of a terminal for names and tags.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

EmptyCell empty_cells(const CliConsole& console) {
    return console.as_consul ? EmptyCell::Blank : EmptyCell::Dash;
}

void TextTable::add(std::vector<std::string> row) {
    for (std::string& cell : row) cell = terminal_text(cell);
    rows_.push_back(std::move(row));
}

std::string TextTable::render(EmptyCell empty) const {
    const std::string nothing = empty == EmptyCell::Dash ? "-" : "";
    const auto shown = [&](const std::string& cell) -> const std::string& {
        return cell.empty() ? nothing : cell;
    };
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(shown(row[i])));
    std::string text;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string& cell = shown(row[i]);
            line += cell;
            if (i + 1 < row.size()) line.append(widths[i] - width_of(cell) + 2, ' ');
        }
        while (line.ends_with(' ')) line.pop_back();
        text += line + "\n";
    }
    return text;
}

}  // namespace weft::agent
