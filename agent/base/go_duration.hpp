#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

namespace weft {

// Durations as Go writes them ("1m30s", "100ms", "-1.5h", "0"), which Consul's JSON, HCL and URLs
// use. The error's context is Go's own text, e.g.: time: missing unit in duration "30"
Result<Duration> parse_go_duration(std::string_view text);

// As Go's Duration.String(): "1h0m0s", "1.5s", "100ms", "0s".
std::string format_go_duration(Duration duration);

}  // namespace weft
