#pragma once

#include <string>
#include <vector>

#include "agent/config_entry/entry_lookup.hpp"

namespace weft::agent {

// Of all chains together, as CompiledChain::size counts: what a check may take.
inline constexpr std::size_t kMaxChainsSize = 262'144;

// Why entries do not go together.
struct SetProblem {
    EntryKey about;    // the changed entry that it has most to do with
    std::string text;  // with the entries on the way to what is wrong
    bool operator==(const SetProblem&) const = default;
};

// What the changes would break between entries, each of which is valid by itself: a chain that no
// longer compiles (protocols that differ, subsets that do not exist, circles), a listener whose
// service speaks another protocol, permissions for a service without requests, a jwt-provider that
// is missing, mutual TLS that is optional although the mesh does not allow it, two gateways of one
// name. All changes are looked at together, so
// their order does not matter, and each entry is changed once; what was broken before in the same
// way is not their fault. Empty: they may be made. Takes time in proportion to the size of all
// chains, and chains that are more than kMaxChainsSize together are a problem themselves.
std::vector<SetProblem> check_changes(const EntryLookup& before,
                                      const std::vector<EntryChange>& changes);

}  // namespace weft::agent
