#pragma once

#include <cstdint>

namespace weft::agent {

// What the kernel says of this process; no other part of /proc is read, since the unit hides it.
struct ProcessFacts {
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t threads = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptors_max = 0;
};

ProcessFacts read_process_facts();

// Raises the limit of open descriptors to what the process may have; returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace weft::agent
