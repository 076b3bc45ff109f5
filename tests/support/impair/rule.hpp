#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "tests/support/impair/frame.hpp"

namespace weft::test {

// What happens to the frames of one protocol on the way from one namespace to another. As it is
// born, nothing does. Probabilities are in [0, 1] and drawn for each frame.
struct Rule {
    bool block = false;  // everything is dropped
    bool clog = false;   // everything is held, up to queue_bytes, until this is false again; then
                         // all comes at once
    double loss = 0;
    double duplicate = 0;  // the copy has a delay of its own
    double corrupt = 0;    // one bit of the payload of an unfragmented UDP or TCP frame
    Checksum checksum = Checksum::Fixed;

    Duration delay{};  // for each frame, plus or minus a uniform part of jitter, never below zero
    Duration jitter{};
    double slow = 0;  // the frames that take slow_delay longer: with delay, two modes
    Duration slow_delay{};
    bool ordered = true;  // a frame never overtakes another, whatever its delay: a slow one slows
                          // those behind it
    double reorder =
        0;  // the frames that are held reorder_delay longer and are overtaken even when ordered
    Duration reorder_delay{};

    std::uint64_t rate =
        0;  // bits a second, 0: unlimited; the protocols of a direction share one pipe
    std::size_t queue_bytes =
        256 * 1024;  // that may wait for the pipe, or be clogged; the rest is dropped

    bool operator==(const Rule&) const = default;
};

// key=value with the keys above; durations as delay_ms, jitter_ms, slow_ms, reorder_ms (fractions
// allowed), rate as rate_kbit, checksum=fixed|broken. Errors name the key and what it may be; the
// rule is then untouched.
Result<void> set_key(Rule& rule, std::string_view key, std::string_view value);

// Only what differs from a fresh rule, as set_key() takes it; empty when nothing does.
std::string to_text(const Rule& rule);

struct Travel {
    Duration delay{};
    bool overtaken = false;
};

// What one frame's dice say under a rule.
struct Fate {
    bool lost = false;
    bool corrupted = false;
    std::uint64_t bit = 0;
    bool duplicated = false;
    std::array<Travel, 2> travel;  // of the frame and of its copy
};

// Draws the same number of values whatever the rule says, so that changing one rule leaves the
// other dice as they were.
Fate draw_fate(const Rule& rule, Rng& rng);

}  // namespace weft::test
