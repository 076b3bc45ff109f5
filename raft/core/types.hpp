#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "agent/base/strong_id.hpp"

// The nouns of the Raft paper (Ongaro and Ousterhout, "In Search of an Understandable Consensus
// Algorithm", figure 2).
namespace weft::raft {

using Term = StrongId<struct TermTag, std::uint64_t>;          // 0: before the first election
using LogIndex = StrongId<struct LogIndexTag, std::uint64_t>;  // 0: before the first entry
using NodeId =
    StrongId<struct NodeIdTag, std::string>;  // a UUID, kept with the data; empty: nobody

constexpr LogIndex next(LogIndex index) {
    return LogIndex{index.get() + 1};
}
// The index before; 0 has none and stays.
constexpr LogIndex previous(LogIndex index) {
    return LogIndex{index.get() == 0 ? 0 : index.get() - 1};
}

// Names a whole prefix of a log: equal chains at an index mean equal entries up to it. See
// chain.hpp.
struct Chain {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Chain&) const = default;
};

// The values are stored and sent: never renumber.
enum class EntryType : std::uint8_t {
    Command = 1,  // data is for the state machine
    Noop = 2,     // opens a leader's term, so that it can commit what its predecessors left
};

struct Entry {
    LogIndex index;
    Term term;
    EntryType type = EntryType::Noop;
    std::string data;
    Chain chain;  // over this entry and all before it
    bool operator==(const Entry&) const = default;
};

// What a voter must never forget: the latest term that it has seen and whom it voted for in that
// term.
struct HardState {
    Term term;
    NodeId vote;  // empty: not voted in this term
    bool operator==(const HardState&) const = default;
};

// The end of a log, or the place up to which it was compacted.
struct LogPosition {
    LogIndex index;
    Term term;
    Chain chain;
    bool operator==(const LogPosition&) const = default;
};

}  // namespace weft::raft
