#pragma once

#include <chrono>
#include <cstdint>

namespace weft {

using Duration = std::chrono::nanoseconds;

// A point on the monotonic time that a shell hands to a core. Has no now(): cores are told the
// time.
struct MonotonicTime {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicTime>;
    static constexpr bool is_steady = true;
};
using Instant = MonotonicTime::time_point;

// Nanoseconds since the Unix epoch, as stamped into records. For people and peers, never for
// measuring waits.
struct WallTime {
    std::int64_t unix_ns = 0;
    auto operator<=>(const WallTime&) const = default;
};

}  // namespace weft
