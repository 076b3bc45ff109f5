#pragma once

#include <string>
#include <string_view>

#include "agent/base/time.hpp"
#include "tests/support/impair/bridge.hpp"

namespace weft::test {

// Carries out one line of the control protocol and returns the answer, whose last line is "ok" or
// "error WHY":
//
//   set from=2 to=* proto=udp loss=0.1 delay_ms=50   changes the named keys of every chosen lane
//   clear from=2                                     every key as it was born
//   rules                                            lanes whose rule is not a fresh one
//   counters to=1,3                                  lanes that carried anything, as key=value
//
// from and to are a number, a list or * (default), proto is udp, tcp, other or * (default). A line
// that fails changes nothing.
std::string run_command(Bridge& bridge, std::string_view line, Instant now);

}  // namespace weft::test
