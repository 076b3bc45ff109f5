#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "agent/base/time.hpp"
#include "gossip/core/member.hpp"
#include "gossip/core/output.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {

// How the stream to a target that does not answer is getting on.
// Failed: it was not open in time; Unknown: this machine could not even try.
enum class StreamSight : std::uint8_t { Waiting, Opened, Refused, Failed, Unknown };

// One look at a member (SWIM, section 4.1; Lifeguard): a ping, and if no ack comes in time, pings
// through helpers and over a stream. What they all say is collected here.
struct Probe {
    enum class Verdict : std::uint8_t { Open, Answered, AnsweredByStream, Failed };

    MemberId target;
    DescriptionPtr member;
    std::uint32_t incarnation = 0;  // as it was when asked
    std::uint32_t sequence = 0;
    Instant sent{};
    Instant ask_helpers_at{};  // when no ack came
    Instant deadline{};        // of all of it

    bool is_indirect = false;  // helpers are asked
    Instant indirect_since{};
    int nacks_expected = 0;
    int nacks = 0;
    int looks_asked = 0;  // helpers that say what they see
    int looks_refused = 0;
    int looks_silent = 0;
    std::optional<DialId> dial;
    StreamSight stream = StreamSight::Waiting;
    bool stream_answered = false;
    bool acked = false;

    // patience: how long a stream takes to open at a host that is there.
    Verdict verdict(Instant now, Duration patience) const;
    // When the verdict may change by itself.
    Instant next_deadline(Duration patience) const;

    // Nobody listens there, by our own eyes and a helper's (or, without any to ask, by ours).
    bool is_refused() const {
        return stream == StreamSight::Refused && (looks_refused > 0 || looks_asked == 0);
    }
    // Nothing of the host answers anybody: us and two helpers, or all there are.
    bool is_silent() const {
        const bool is_open_nowhere =
            stream == StreamSight::Waiting || stream == StreamSight::Failed;
        return is_open_nowhere && looks_asked > 0 && looks_silent >= std::min(looks_asked, 2);
    }
    // Somebody besides us tried and had no answer either.
    bool has_second_observer() const { return nacks > 0; }

private:
    bool all_have_spoken(Instant now, Duration patience) const;
};

}  // namespace weft::gossip
