#pragma once

#include <span>

#include "raft/core/types.hpp"

namespace weft::raft {

// What committed entries are for. Called on the control thread only.
class StateMachine {
public:
    virtual ~StateMachine() = default;

    // The last entry whose effect is in the state; after a start the one that its checkpoint
    // covers.
    virtual LogIndex applied() const = 0;

    // The entries behind applied(), in order, without a gap, of every type: a Noop changes nothing
    // but applied(). Total: what a command is worth is between it and the state machine.
    virtual void apply(std::span<const Entry> entries) = 0;

    // After one or more apply() calls of a turn: readers may see their effects now. Then proposers
    // are told.
    virtual void published() = 0;
};

}  // namespace weft::raft
