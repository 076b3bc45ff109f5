#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/agent_session.hpp"

namespace weft::agent {

// A lock, or with a limit above 1 a semaphore, that several programs contend for, each with a
// session; with the steps of Consul's client in its order. lock_key.hpp says what the keys mean.
class ContendedLock {
public:
    virtual ~ContendedLock() = default;

    // One try: looks, at the earliest when index has passed or the wait is over, and takes it if
    // there is room.
    enum class Next { Held, LookOnChange, LookNow, LookLater };
    struct Attempt {
        Next next = Next::Held;
        std::uint64_t index = 0;  // of what was seen
    };
    virtual boost::asio::awaitable<Result<Attempt>> attempt(std::uint64_t index, Duration wait) = 0;

    // Whether the session still holds it, at the earliest when index has passed, which is updated.
    virtual boost::asio::awaitable<Result<bool>> still_held(std::uint64_t& index) = 0;

    virtual boost::asio::awaitable<Result<void>> release() = 0;

    // Removes the key unless somebody uses it: then false.
    virtual boost::asio::awaitable<Result<bool>> remove() = 0;
};

std::unique_ptr<ContendedLock> make_lock(const AgentClient& client, std::string prefix,
                                         std::string session);
std::unique_ptr<ContendedLock> make_semaphore(const AgentClient& client, std::string prefix,
                                              std::string session, std::uint64_t limit);

// Waits for the lock; false when it was not free within the limit (zero: for ever) or the wait was
// cancelled.
boost::asio::awaitable<Result<bool>> acquire(ContendedLock& lock, Duration limit);

// Returns when the lock is lost or the wait cancelled. Errors of the agent are ridden out that many
// times in a row.
boost::asio::awaitable<void> watch_held(ContendedLock& lock, std::uint64_t retries);

}  // namespace weft::agent
