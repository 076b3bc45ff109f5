#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::agent {

// What GET /v1/agent/self tells of a ring, in Stats. As made: of an agent alone.
struct RingFigures {
    bool is_encrypted = false;
    std::size_t members = 1;  // this agent, failed and left ones included
    std::size_t failed = 0;
    std::size_t left = 0;
    int health_score = 0;                // 0: healthy
    std::size_t broadcasts_waiting = 0;  // of all kinds
    std::uint64_t coordinate_resets = 0;
    // Lamport clocks.
    std::uint64_t member_time = 1;
    std::uint64_t event_time = 1;
    std::uint64_t query_time = 1;
};

}  // namespace weft::agent
