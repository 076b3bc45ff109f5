#pragma once

#include <cstdint>

#include "gossip/core/output.hpp"

namespace weft::gossip {

// The numbers that this agent gives away, by which answers are matched.
class Ids {
public:
    std::uint32_t next_sequence() { return ++sequence_; }
    DialId next_dial() { return DialId(++dial_); }

private:
    std::uint32_t sequence_ = 0;
    std::uint64_t dial_ = 0;
};

}  // namespace weft::gossip
