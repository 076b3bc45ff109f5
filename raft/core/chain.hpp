#pragma once

#include <string_view>

#include "raft/core/types.hpp"

namespace weft::raft {

// chain(i) = H(chain(i-1), term, index, type, data), chain(0) = 0, with H = XXH3-128 over fixed
// little-endian fields. Finds accidents (bugs, disks, mixed-up directories), not forgers: peers are
// authenticated elsewhere.
Chain next_chain(const Chain& previous, Term term, LogIndex index, EntryType type,
                 std::string_view data);

// The chain that entry must carry when it follows a log that ends in previous.
Chain next_chain(const Chain& previous, const Entry& entry);

}  // namespace weft::raft
