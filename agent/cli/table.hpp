#pragma once

#include <string>
#include <vector>

namespace weft::agent {

// Columns aligned with two spaces between them and nothing else, so that awk can read them too.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::string render() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace weft::agent
