#pragma once

#include <system_error>

namespace weft {

// The reasons that programs tell apart. A folder with reasons of its own has its own errc.hpp.
enum class Errc {
    InvalidArgument = 1,  // the caller's input is wrong; trying again does not help
    NotFound,
    AlreadyExists,
    Limit,        // a bound of ours was reached; see the context for which one and its value
    Corrupt,      // stored or received bytes contradict their checksum or format
    Unsupported,  // a version or feature that this program does not have
    Unavailable,  // cannot be served at the moment; trying again may help
    Timeout,
    Cancelled,
    Io,  // the operating system refused; the context has its words
};

const std::error_category& base_category();
std::error_code make_error_code(Errc code);

}  // namespace weft

template <>
struct std::is_error_code_enum<weft::Errc> : std::true_type {};
