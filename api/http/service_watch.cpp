#include "api/http/service_watch.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <map>
#include <utility>
#include <vector>

#include "agent/base/assert.hpp"
#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "api/http/long_poll.hpp"
#include "api/http/read_options.hpp"
#include "api/http/row_json.hpp"

namespace weft::api {
namespace {

// As blocking queries wait.
Duration waiting_time(Duration asked, const Request& request, Rng& rng) {
    ReadOptions options;
    options.wait = asked;
    return blocking_time(options, request.long_poll->config(), rng);
}

}  // namespace

std::shared_ptr<ServiceWatch> ServiceWatch::start(LocalServices& local, ControlTimers& timers,
                                                  std::uint64_t seed) {
    std::shared_ptr<ServiceWatch> watch(new ServiceWatch(local, timers, seed));
    local.on_change([weak = std::weak_ptr(watch)] {
        if (const auto alive = weak.lock()) alive->changed();
    });
    return watch;
}

ServiceWatch::Content ServiceWatch::content_of(const std::string& id) const {
    const auto service = local_.service(id);
    if (!service) return {Response::text(404, "unknown service ID: " + id), {}};
    std::string content;
    JsonWriter content_writer(content);
    write_local_service(content_writer, service->row);
    const std::string hash = fmt::format("{:016x}", XXH3_64bits(content.data(), content.size()));

    std::string body;
    JsonWriter writer(body);
    write_local_service(writer, service->row, hash);
    Response response = Response::json(std::move(body));
    response.headers.emplace_back("X-Consul-Contenthash", hash);
    return {std::move(response), hash};
}

void ServiceWatch::answer(std::shared_ptr<const Request> request, Respond respond) {
    WEFT_ASSERT(request->long_poll);  // as for every ControlHandler
    const std::string known(request->parameter("hash").value_or(""));
    Duration asked{};
    if (const auto text = request->parameter("wait"); text && !text->empty()) {
        auto wait_time = parse_go_duration(*text);
        if (!wait_time) return respond(Response::text(400, "Invalid wait time"));
        asked = wait_time.value();
    }
    Content content = content_of(request->rest);
    if (known.empty() || content.hash != known) return respond(std::move(content.response));
    if (waiters_.size() >= kMaxWaiters) {
        return respond(Response::too_many(
            Refusal::Waiters,
            fmt::format("{} requests wait for changes of services already", kMaxWaiters)));
    }
    wait(*request, known, waiting_time(asked, *request, rng_), std::move(respond));
}

void ServiceWatch::wait(const Request& request, std::string hash, Duration limit, Respond respond) {
    const std::uint64_t number = ++last_number_;
    const auto answer_now = [weak = weak_from_this(), number] {
        if (const auto alive = weak.lock()) alive->answer_now(number);
    };
    waiters_[number] = {request.rest, std::move(hash), std::move(respond),
                        timers_.call_after(limit, answer_now)};
    request.long_poll->on_end(answer_now);
}

void ServiceWatch::answer_now(std::uint64_t number) {
    auto waiter = waiters_.extract(number);
    if (!waiter) return;
    timers_.cancel(waiter.mapped().timeout);
    Response response = content_of(waiter.mapped().id).response;
    response.after_wait = true;
    waiter.mapped().respond(std::move(response));
}

void ServiceWatch::changed() {
    std::map<std::string, Content> contents;
    std::vector<std::pair<Respond, Response>> answers;
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        Waiter& waiter = at->second;
        auto content = contents.find(waiter.id);
        if (content == contents.end())
            content = contents.emplace(waiter.id, content_of(waiter.id)).first;
        if (content->second.hash == waiter.hash) {
            ++at;
            continue;
        }
        timers_.cancel(waiter.timeout);
        answers.emplace_back(std::move(waiter.respond), content->second.response);
        at = waiters_.erase(at);
    }
    // Last, since an answer may lead to the next request at once.
    for (auto& [respond, response] : answers) {
        response.after_wait = true;
        respond(std::move(response));
    }
}

}  // namespace weft::api
