#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft::gossip {

// Why a message that could be read is dropped all the same, and never passed on.
enum class Refusal : std::uint8_t {
    Misplaced,      // it belongs into a stream, or into the payload of another
    Relay,          // to no address, or of something else than an answer
    Alive,          // no name, address or readable tags, or an incarnation nobody could refute
    Versions,       // of a member whose protocol somebody here does not speak
    ForeignRing,    // of a member whose ring_tag has another value
    MembersLimit,   // of a newcomer, and the table is full
    Accusation,     // by nobody, or of an incarnation nobody could refute
    Query,          // without a name or an address to answer to, or larger than any peer makes it
    QueryAnswer,    // larger than any peer makes it
    Intent,         // without a name, or about one more unknown name than is remembered
    ProbeRequest,   // without an address, or one more than one agent may have under way
    Record,         // of a view of the ring: of a state that there is not
    EventTooLarge,  // for any peer
    Flood,          // one more at a Lamport time, or waiting, than an honest ring has
    Coordinate,     // an ack's: of another kind, or no number
    Digest,         // of a push/pull; answered with the whole view
};
inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::Digest) + 1;

class RefusalCounts {
public:
    void add(Refusal refusal) { ++counts_[static_cast<std::size_t>(refusal)]; }
    std::uint64_t of(Refusal refusal) const { return counts_[static_cast<std::size_t>(refusal)]; }

private:
    std::array<std::uint64_t, kRefusals> counts_{};
};

}  // namespace weft::gossip
