#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

struct KeyRow;

// The value of a key after its type was checked; which member counts is the key's type.
struct KeyValue {
    bool flag = false;
    std::int64_t integer = 0;
    double decimal = 0;
    std::string text;
    Duration duration{};
    std::vector<std::string> list;
    std::vector<std::pair<std::string, std::string>> map;        // in the order written
    std::vector<std::pair<std::string, Duration>> duration_map;  // beside map
};

// Reads a value from a tree. Reports what does not fit the row's type or range and returns nothing
// then.
std::optional<KeyValue> read_value(const KeyRow& row, const TreeNode& node, const Place& place,
                                   Diagnostics& diagnostics);

// Reads a value from a flag or the environment, where everything is text.
std::optional<KeyValue> read_text_value(const KeyRow& row, const std::string& text,
                                        const Place& place, Diagnostics& diagnostics);

// One text for one value: what is compared between two configurations and shown. Secrets become
// "(set, sha256:..)".
std::string canonical_text(const KeyRow& row, const KeyValue& value);
std::string hidden_text(std::string_view secret);

// Whether the value says "I do not want this": false, "", -1, an empty list.
bool is_off(const KeyRow& row, const KeyValue& value);

}  // namespace weft::agent
