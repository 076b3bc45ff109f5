#pragma once

#include <optional>

#include "agent/base/result.hpp"

namespace weft::agent {

// What one command did.
struct ApplyOutcome {
    // The command broke a rule of the catalog and changed nothing (Consul's text in context).
    std::optional<Error> refusal{};
    bool changed = false;
    // False: the command set a condition that was not met, so it changed nothing. No error: the
    // client is told so.
    bool held = true;
};

}  // namespace weft::agent
