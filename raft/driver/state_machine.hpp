#pragma once

#include <span>

#include "agent/base/result.hpp"
#include "raft/core/types.hpp"

namespace weft::raft {

// What committed entries are for. Called on the control thread only.
class StateMachine {
public:
    virtual ~StateMachine() = default;

    // The last entry whose effect is in the state; after a start the one that its checkpoint
    // covers.
    virtual LogIndex applied() const = 0;
    // Of that entry; 0 when it is not known.
    virtual Term applied_term() const = 0;

    // The entries behind applied(), in order, without a gap, of every type: a Noop changes nothing
    // but applied(). What a command is worth is between it and the state machine: a refused one is
    // no error. Errc::Unsupported, with a sentence for people: the entry behind applied() is of a
    // kind that only another version of the program knows. It was not applied, nor any behind it:
    // a state without it would be another one than that of the log.
    virtual Result<void> apply(std::span<const Entry> entries) = 0;

    // After one or more apply() calls of a turn: readers may see their effects now. Then proposers
    // are told.
    virtual void published() = 0;
};

}  // namespace weft::raft
