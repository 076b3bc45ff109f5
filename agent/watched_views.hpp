#pragma once

#include "agent/runtime/watch_runner.hpp"

namespace weft::agent {

// The view of a watch in the configuration: that of the command `watch` with the same parameters.
Result<std::unique_ptr<WatchedView>> make_watched_view(const WatchDefinition& watch);

}  // namespace weft::agent
