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

// The field that a broken rule speaks of, which its text begins with.
EntryFault fault_of_rule(std::string_view text);

// Names of members and numbers of items: "Routes", "0", "Match", "PathPrefix".
std::vector<std::string> steps_of(std::string_view path);

// Of a step to an item; nullopt for the name of a member.
std::optional<std::size_t> number_of(std::string_view step);

// Whether a file or body that says name means the field: without regard to case and underscores.
// Rules speak of one "Route[0]" of the Routes.
bool is_step(std::string_view name, std::string_view step);

// Of what the fault is about in the JSON that was read, or of the innermost part around it.
std::uint32_t offset_of(const JsonValue& entry, const EntryFault& fault);

}  // namespace weft::agent
