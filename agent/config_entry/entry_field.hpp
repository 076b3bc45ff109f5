#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

// How the fields of entries are listed: once, in the order of Consul's JSON, for reading
// (entry_decode.cpp) and writing (entry_json.cpp). visit_fields(visitor, part) calls visitor(field,
// member) for a member that is not written when its value is zero, visitor.always(field, member)
// where Consul writes that, too, and visitor.identity(kind, name) where Kind and Name stand.
namespace weft::agent {

// Both are read without regard to case; the first is how JSON spells it, the second how files do.
struct EntryField {
    std::string_view json;
    std::string_view snake;
};

template <class T, class Part>
concept MaybeConstOf = std::same_as<std::remove_const_t<T>, Part>;

}  // namespace weft::agent
