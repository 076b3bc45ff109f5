#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/diagnostic.hpp"
#include "agent/config/load.hpp"

namespace weft::agent {

// What became of one key that a file of Consul's sets.
struct MigratedKey {
    enum class Fate { Kept, Renamed, Translated, Dropped };
    Fate fate = Fate::Kept;
    std::string key;
    std::string place;           // "consul.hcl:3"
    std::string why;             // the new name or value, or the reason why it was dropped
    bool was_asked_for = false;  // a dropped key that asks for what weft does not do
};

struct Migration {
    std::string text;  // a file of weft's that says the same as all sources together
    std::vector<MigratedKey> keys;
    Diagnostics diagnostics;  // syntax errors, unknown keys, wrong types

    // Nothing that the sources ask for is missing from the text.
    bool is_complete() const;
};

// Makes one file of several, in their order. Secrets are left out, with a line that says where they
// were, unless they are wanted. What an agent would refuse when it loads the file as the request
// says is left out as well; not what it would refuse because of this machine, such as certificates
// that are not here.
Migration migrate(const std::vector<std::shared_ptr<const Source>>& sources, bool with_secrets,
                  const LoadRequest& request);

// A line a key, for people.
std::string render(const std::vector<MigratedKey>& keys);

}  // namespace weft::agent
