#pragma once

#include <cstddef>

namespace weft::api {

// Why a connection or request was turned away: a label, so bounded.
enum class Refusal : std::size_t {
    ClientConnections,  // one client holds too many
    TotalConnections,
    Descriptors,  // the process may open no more files
    Waiters,      // too many blocking queries, or hash-blocking ones of agent/service
    Streams,      // too many clients of agent/monitor
    Snapshots,    // one is saved or restored already
    Body,
    Header,
    Answer,  // it would be too large
    Malformed,
    Timeout,
    kCount,
};

}  // namespace weft::api
