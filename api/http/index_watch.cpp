#include "api/http/index_watch.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "agent/base/assert.hpp"
#include "api/http/long_poll.hpp"
#include "api/http/read_options.hpp"

namespace weft::api {

bool IndexWatch::is_news(std::uint64_t index, std::uint64_t known) const {
    return order_ == Order::Hash ? index != known : index > known;
}

Response IndexWatch::response_of(const Subject& subject) {
    // First: a change in between makes the next wait end too early, not too late.
    const std::uint64_t index = subject.index();
    Response response = subject.response();
    if (response.status == 200)
        response.headers.emplace_back("X-Consul-Index", std::to_string(index));
    return response;
}

void IndexWatch::answer(std::shared_ptr<const Request> request, Subject subject, Respond respond) {
    WEFT_ASSERT(request->long_poll);  // as for every ControlHandler
    const auto options = parse_read_options(*request, request->long_poll->config());
    if (!options) return respond(Response::text(400, options.error().context));
    const std::uint64_t known = options.value().index;
    if (known == 0 || is_news(subject.index(), known)) return respond(response_of(subject));
    if (waiters_.size() >= kMaxWaiters) {
        return respond(Response::too_many(
            Refusal::Waiters, fmt::format("{} requests wait for this already", kMaxWaiters)));
    }
    const std::uint64_t number = ++last_number_;
    const auto answer_now = [weak = weak_from_this(), number] {
        if (const auto alive = weak.lock()) alive->answer_now(number);
    };
    const Duration limit = blocking_time(options.value(), request->long_poll->config(), rng_);
    waiters_[number] = {known, std::move(subject), std::move(respond),
                        timers_.call_after(limit, answer_now)};
    request->long_poll->on_end(answer_now);
}

void IndexWatch::answer_now(std::uint64_t number) {
    auto waiter = waiters_.extract(number);
    if (!waiter) return;
    timers_.cancel(waiter.mapped().timeout);
    Response response = response_of(waiter.mapped().subject);
    response.after_wait = true;
    waiter.mapped().respond(std::move(response));
}

void IndexWatch::changed() {
    std::vector<std::uint64_t> ready;
    for (const auto& [number, waiter] : waiters_) {
        if (is_news(waiter.subject.index(), waiter.known)) ready.push_back(number);
    }
    // Last, since an answer may lead to the next request at once.
    for (const std::uint64_t number : ready) answer_now(number);
}

}  // namespace weft::api
