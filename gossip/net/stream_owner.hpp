#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "gossip/core/output.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

// Whom streams serve: the node of a ring, or a test. Called on the executor of the streams.
class StreamOwner {
public:
    virtual ~StreamOwner() = default;

    // The message of a stream that somebody else opened. Returns the answer before its layers;
    // empty: none is due.
    virtual std::string stream_accepted(const Endpoint& from, const StreamMessage& message) = 0;
    // Its bytes are not a message, or those of the answer to a dial; for the log.
    virtual void stream_refused(const Endpoint& from, const Error& error) = 0;

    // Of each dial: that it is open, if so, and at its end one of the others. A dial that waits for
    // no answer ends with dial_sent().
    virtual void dial_opened(DialId id) = 0;
    virtual void dial_sent(DialId id) = 0;
    virtual void dial_answered(DialId id, const StreamMessage& answer) = 0;
    virtual void dial_failed(DialId id, DialFailure failure, std::string_view why) = 0;
};

}  // namespace weft::gossip
