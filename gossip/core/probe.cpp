#include "gossip/core/probe.hpp"

#include <algorithm>

namespace weft::gossip {

// Helpers and the stream: with all answers in, waiting on would tell nothing new.
bool Probe::all_have_spoken(Instant now, Duration patience) const {
    if (!is_indirect || nacks < nacks_expected) return false;
    switch (stream) {
        case StreamSight::Refused:
        case StreamSight::Failed:
        case StreamSight::Unknown:
            return true;
        case StreamSight::Waiting:
            return nacks_expected > 0 && now >= indirect_since + patience;
        case StreamSight::Opened:
            // The host is there and the process may only be slow.
            return false;
    }
    return false;
}

Probe::Verdict Probe::verdict(Instant now, Duration patience) const {
    if (acked) return Verdict::Answered;
    if (stream_answered && (now >= deadline || nacks >= nacks_expected)) {
        return Verdict::AnsweredByStream;
    }
    if (now >= deadline || all_have_spoken(now, patience)) {
        return stream_answered ? Verdict::AnsweredByStream : Verdict::Failed;
    }
    return Verdict::Open;
}

Instant Probe::next_deadline(Duration patience) const {
    if (!is_indirect) return std::min(ask_helpers_at, deadline);
    const bool hangs_on_stream =
        nacks_expected > 0 && nacks >= nacks_expected && stream == StreamSight::Waiting;
    return hangs_on_stream ? std::min(indirect_since + patience, deadline) : deadline;
}

}  // namespace weft::gossip
