#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/source.hpp"

namespace weft::agent {

// A file after its old key names were replaced by the new ones.
struct Renamed {
    std::string text;
    std::vector<std::string> done;  // "acl_token -> acl.tokens.default"
    std::vector<std::string> left;  // what has to be done by hand, and why
};

// Comments and everything else stay as they are. A key moves into the block of its new place, if
// the file has one, else that block takes its place. Of a file with syntax errors the text as it
// was.
Renamed rename_keys(const std::shared_ptr<const Source>& source);

}  // namespace weft::agent
