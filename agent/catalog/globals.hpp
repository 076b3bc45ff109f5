#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/rows.hpp"

namespace weft::agent {

// When the lists of whole tables last changed, and from when on removed names are no longer told
// apart. Part of the replicated state, as one record.
struct Globals {
    Index nodes;
    Index services;  // rows
    Index service_names;
    Index checks;                 // in any state
    std::array<Index, 4> states;  // by Status
    Index forgotten;              // the newest extinction of a subject whose tombstone had to go
    Index kv_forgotten;           // likewise of a key
    Index sessions;               // creations and ends
    Index session_removals;
    Index prepared_queries;  // creations, changes and ends
    Index prepared_query_removals;
    // After the restore of a snapshot: when that was, which is the least index of every result from
    // then on, and what is added to an index of the log.
    Index restored;
    std::uint64_t lead = 0;
    UnixMillis time;  // the highest of the commands that changed something; never negative
    bool operator==(const Globals&) const = default;

    static constexpr UnixMillis kTimeMax{253'402'300'799'999};  // the end of the year 9999

    Index newest() const;  // of all indexes here

    static std::string key();
    std::string encode() const;
    static std::optional<Globals> decode(std::string_view value);
};

}  // namespace weft::agent
