#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "agent/base/rng.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/exchange.hpp"

namespace weft::api {

// GET /v1/agent/service/:id with its hash blocking: a request that names the content it knows waits
// until the registration has other content, is gone, or its LongPoll ends. Control thread only.
class ServiceWatch : public std::enable_shared_from_this<ServiceWatch> {
public:
    // Takes local.on_change().
    static std::shared_ptr<ServiceWatch> start(LocalServices& local, ControlTimers& timers,
                                               std::uint64_t seed);

    void answer(std::shared_ptr<const Request> request, Respond respond);

    std::size_t waiting() const { return waiters_.size(); }

    static constexpr std::size_t kMaxWaiters = 4096;  // beyond it a request is answered with 429

private:
    struct Waiter {
        std::string id;
        std::string hash;
        Respond respond;
        std::uint64_t timeout = 0;
    };
    // By a number of their own: a timeout or the end of a poll may come when the answer has gone.
    using Waiters = std::map<std::uint64_t, Waiter>;

    struct Content {
        Response response;
        std::string hash;  // empty: no such service
    };

    ServiceWatch(LocalServices& local, ControlTimers& timers, std::uint64_t seed)
        : local_(local), timers_(timers), rng_(seed) {}

    Content content_of(const std::string& id) const;
    void wait(const Request& request, std::string hash, Duration limit, Respond respond);
    void answer_now(std::uint64_t number);
    void changed();

    LocalServices& local_;
    ControlTimers& timers_;
    Rng rng_;
    Waiters waiters_;
    std::uint64_t last_number_ = 0;
};

}  // namespace weft::api
