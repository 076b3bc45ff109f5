#include "api/http/service_watch.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/row_json.hpp"

namespace weft::api {
namespace {

constexpr Duration kDefaultWait = std::chrono::minutes(5);
constexpr Duration kLongestWait = std::chrono::minutes(10);

// As for blocking queries: the default, the cap, and up to a sixteenth more so that waiters do not
// return together.
Duration waiting_time(Duration asked, Rng& rng) {
    const Duration wait = asked <= Duration{} ? kDefaultWait : std::min(asked, kLongestWait);
    return wait + Duration(static_cast<std::int64_t>(
                      rng.below(static_cast<std::uint64_t>(wait.count() / 16 + 1))));
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
        return respond(Response::text(
            429, fmt::format("{} requests wait for changes of services already", kMaxWaiters)));
    }
    wait(request->rest, known, waiting_time(asked, rng_), std::move(respond));
}

void ServiceWatch::wait(std::string id, std::string hash, Duration limit, Respond respond) {
    const auto waiter =
        waiters_.insert(waiters_.end(), {std::move(id), std::move(hash), std::move(respond), 0});
    waiter->timeout = timers_.call_after(limit, [weak = weak_from_this(), waiter] {
        const auto alive = weak.lock();
        if (!alive) return;
        const Waiter done = std::move(*waiter);
        alive->waiters_.erase(waiter);
        done.respond(alive->content_of(done.id).response);
    });
}

void ServiceWatch::changed() {
    std::map<std::string, Content> contents;
    std::vector<std::pair<Respond, Response>> answers;
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
        auto content = contents.find(waiter->id);
        if (content == contents.end())
            content = contents.emplace(waiter->id, content_of(waiter->id)).first;
        if (content->second.hash == waiter->hash) {
            ++waiter;
            continue;
        }
        timers_.cancel(waiter->timeout);
        answers.emplace_back(std::move(waiter->respond), content->second.response);
        waiter = waiters_.erase(waiter);
    }
    // Last, since an answer may lead to the next request at once.
    for (auto& [respond, response] : answers) respond(std::move(response));
}

}  // namespace weft::api
