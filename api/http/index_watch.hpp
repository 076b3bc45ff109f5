#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "agent/base/rng.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/exchange.hpp"

namespace weft::api {

// Blocking queries of what is no catalog: a request that names the index it knows waits until there
// is another one, or its LongPoll ends. Control thread only.
class IndexWatch : public std::enable_shared_from_this<IndexWatch> {
public:
    // What is watched, as it is when it is called.
    struct Subject {
        std::function<std::uint64_t()> index;  // at least 1
        std::function<Response()> response;    // the headers of the index are added here
    };

    enum class Order : std::uint8_t {
        Rising,  // waits while the index is not above the known one
        Hash,    // waits while the index is the known one
    };

    static std::shared_ptr<IndexWatch> make(ControlTimers& timers, Order order,
                                            std::uint64_t seed) {
        return std::shared_ptr<IndexWatch>(new IndexWatch(timers, order, seed));
    }

    // Answers at once or later, by the request's index and wait.
    void answer(std::shared_ptr<const Request> request, Subject subject, Respond respond);

    // Something may have another index.
    void changed();

    static constexpr std::size_t kMaxWaiters = 4096;  // beyond it a request is answered with 429

private:
    struct Waiter {
        std::uint64_t known = 0;
        Subject subject;
        Respond respond;
        std::uint64_t timeout = 0;
    };

    IndexWatch(ControlTimers& timers, Order order, std::uint64_t seed)
        : timers_(timers), order_(order), rng_(seed) {}

    bool is_news(std::uint64_t index, std::uint64_t known) const;
    static Response response_of(const Subject& subject);
    void answer_now(std::uint64_t number);

    ControlTimers& timers_;
    Order order_;
    Rng rng_;
    // By a number of their own: a timeout or the end of a poll may come when the answer has gone.
    std::map<std::uint64_t, Waiter> waiters_;
    std::uint64_t last_number_ = 0;
};

}  // namespace weft::api
