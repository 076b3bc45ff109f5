#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_tree.hpp"

// Where in an entry a mistake is, for people: errors keep Consul's words, of which programs know
// some.
namespace weft::agent {

struct EntryFault {
    std::string path;        // of the field: "Routes[0].Match.PathPrefix"; empty: the whole entry
    bool is_name = false;    // the name of the field is wrong, not its value
    std::string meant = {};  // what may have been meant; mostly empty
};

// One step of a path: the name of a field, or in brackets the number of an item or a key.
struct FaultStep {
    std::string name;
    bool in_brackets = false;
    bool operator==(const FaultStep&) const = default;
};

// "Routes", "[0]", "Match", "PathPrefix". Keys may stand in quotes, as with_key() writes them.
std::vector<FaultStep> steps_of(std::string_view path);

// The path of what an object has under a key of the client's: `Subsets["v1"]`.
std::string with_key(std::string_view path, std::string_view key);

// Of a step to an item; nullopt for names.
std::optional<std::size_t> number_of(const FaultStep& step);

// Whether a file or body that says name means the step: fields without regard to case and
// underscores, keys as they are.
bool is_step(std::string_view name, const FaultStep& step);

// What the fault is about in the JSON that was read, or the innermost part around it.
struct FaultPlace {
    std::uint32_t offset = 0;
    std::vector<std::string> way;  // the members' names as they stand there, and numbers of items
};
FaultPlace place_of(const JsonValue& entry, const EntryFault& fault);

}  // namespace weft::agent
