#pragma once

#include <system_error>

namespace weft::gossip {

// Why bytes of a peer are refused; the shell counts by these.
enum class WireErrc {
    Truncated = 1,  // ends before what it announces
    WrongType,      // a value of another kind than its field has
    OutOfRange,     // a number that its field cannot hold
    TooDeep,        // values or layers nested beyond the limit
    TooLarge,       // beyond a limit of size
    UnknownType,    // of message, compression or encryption version
    BadChecksum,
    BadCompression,
    WrongLabel,
    Undecryptable,  // with any key of the ring; a datagram may be plain instead
    Empty,          // no byte where a message should be
    NotEncrypted,   // a stream that should be
    Encrypted,      // a stream, and we have no key
};

const std::error_category& wire_category();
std::error_code make_error_code(WireErrc code);

}  // namespace weft::gossip

template <>
struct std::is_error_code_enum<weft::gossip::WireErrc> : std::true_type {};
