#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

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

// As this machine calls itself.
std::string host_name();

// Raises the limit of open descriptors to what the process may have; returns it.
std::uint64_t raise_descriptor_limit();

// glibc gives each thread a heap of its own, and what one thread frees of another's stays with that
// one. Rows are made by the control thread and freed by whichever dropped the last view: with
// 100,000 instances two heaps instead of eight saved 20 MiB of 125.
void limit_heaps();

// Gives back whole pages of freed memory that lie between what is in use, which glibc does not do
// by itself: 15,000 long polls left 12 MiB behind when they had gone. Does so when 4 MiB were freed
// since the least that was free after the last time: what was given back counts as free until it is
// used again. Who allocates meanwhile waits some milliseconds.
class FreedMemory {
public:
    bool give_back();  // whether it was time to

private:
    std::uint64_t least_free_ = 0;  // since the last time
};

// Gives back the pages of code that only the start needed; what is needed again comes from the page
// cache. Opening the stores and reading the configuration maps nearly the whole program: 5 MiB of
// 20 of an idle agent.
void release_start_code();

}  // namespace weft::agent
