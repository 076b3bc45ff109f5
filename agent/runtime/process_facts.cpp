#include "agent/runtime/process_facts.hpp"

#include <dirent.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace weft::agent {

namespace {

std::uint64_t count_descriptors() {
    DIR* folder = ::opendir("/proc/self/fd");
    if (!folder) return 0;
    std::uint64_t count = 0;
    while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.';
    ::closedir(folder);
    return count == 0 ? 0 : count - 1;  // without the one that lists them
}

std::uint64_t count_threads() {
    DIR* folder = ::opendir("/proc/self/task");
    if (!folder) return 0;
    std::uint64_t count = 0;
    while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.';
    ::closedir(folder);
    return count;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void read_memory(ProcessFacts& facts) {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr) return;
    unsigned long long all = 0;
    unsigned long long resident = 0;
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    if (std::fscanf(file, "%llu %llu", &all, &resident) == 2) {
        facts.virtual_bytes = all * page;
        facts.resident_bytes = resident * page;
    }
    std::fclose(file);
}

}  // namespace

ProcessFacts read_process_facts() {
    ProcessFacts facts;
    read_memory(facts);
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0)
        facts.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.descriptors_max = limit.rlim_cur;
    facts.open_descriptors = count_descriptors();
    facts.threads = count_threads();
    return facts;
}

void limit_heaps() {
    ::mallopt(M_ARENA_MAX, 2);
}

bool FreedMemory::give_back() {
    constexpr std::uint64_t kWorthIt = std::uint64_t{4} << 20;
    const auto free_bytes = [] { return static_cast<std::uint64_t>(::mallinfo2().fordblks); };
    const std::uint64_t free_now = free_bytes();
    least_free_ = std::min(least_free_, free_now);
    if (free_now < least_free_ + kWorthIt) return false;
    ::malloc_trim(0);
    least_free_ = free_bytes();
    return true;
}

void release_start_code() {
    const auto release = [](dl_phdr_info* object, std::size_t, void*) {
        for (int i = 0; i < object->dlpi_phnum; ++i) {
            const auto& part = object->dlpi_phdr[i];
            if (part.p_type != PT_LOAD || (part.p_flags & (PF_X | PF_W)) != PF_X) continue;
            const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
            const std::uintptr_t begin = (object->dlpi_addr + part.p_vaddr) & ~(page - 1);
            const std::uintptr_t end = object->dlpi_addr + part.p_vaddr + part.p_memsz;
            // Never written to, so they come back from the file. The kernel's own object refuses.
            (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
        return 0;
    };
    (void)::dl_iterate_phdr(release, nullptr);
}

std::string host_name() {
    utsname name{};
    return ::uname(&name) == 0 ? name.nodename : "";
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
    }
    return limit.rlim_cur;
}

}  // namespace weft::agent
