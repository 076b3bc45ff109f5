#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/cli/kv_pair.hpp"

// What the keys of a lock or semaphore say, by the conventions of Consul's client, so that its
// `consul lock` and ours contend for the same lock. Pure.
namespace weft::agent {

// The flags tell both kinds of key apart, and from keys that are no locks.
inline constexpr std::uint64_t kLockFlags = 3304740253564472344U;
inline constexpr std::uint64_t kSemaphoreFlags = 16210313421097356768U;

// A prefix as it is typed in the form that keys have: no slash at its ends, no doubled one, no "."
// and "..". Empty: all keys.
std::string lock_prefix(std::string_view word);

// "locks/web/.lock": the key of the lock, which its session holds, or of the semaphore's holders.
std::string lock_key(std::string_view prefix);

enum class LockUse {
    Free,
    Mine,
    Taken,
    Foreign,     // the key is used for something else
    OtherLimit,  // contenders for a semaphore must name the same limit
};

// The lock's key, if there is one, as a session sees it.
LockUse use_of_lock(const std::vector<KvPair>& pairs, std::string_view session);

// The keys below a semaphore's prefix: one that lists the holders, written with check-and-set, and
// one for each contender, which its session holds and which goes with it.
struct Semaphore {
    LockUse use = LockUse::Free;
    std::uint64_t modify_index = 0;  // of the list; 0: there is none
    std::uint64_t limit = 0;         // that it names
    std::set<std::string> holders;   // sessions that are alive
};

Semaphore read_semaphore(const std::vector<KvPair>& pairs, std::string_view prefix,
                         std::string_view session, std::uint64_t limit);

// The list as it is written.
std::string holders_text(std::uint64_t limit, const std::set<std::string>& holders);

}  // namespace weft::agent
