#include "agent/cli/contended_lock.hpp"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/lock_key.hpp"
#include "agent/cli/target.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/pause.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr Duration kWait = std::chrono::seconds(15);
// A free lock that cannot be taken is under its last holder's lock delay.
constexpr Duration kDelayRetry = std::chrono::seconds(5);
constexpr Duration kErrorRetry = std::chrono::seconds(1);
constexpr int kReleaseTries = 100;

struct Seen {
    std::vector<KvPair> pairs;
    std::uint64_t index = 0;
};

std::uint64_t index_of(const HttpResponse& response) {
    const std::string_view text = response.header("X-Consul-Index");
    std::uint64_t index = 0;
    std::from_chars(text.data(), text.data() + text.size(), index);
    return index;
}

asio::awaitable<Result<Seen>> look(const AgentClient& client, Target target, Duration wait) {
    const std::string text = target.text();
    auto answer = co_await client.fetch("GET", text, "", wait);
    if (!answer) co_return std::move(answer).error();
    Seen seen{.pairs = {}, .index = index_of(answer.value())};
    if (answer.value().status == 404) co_return seen;
    WEFT_CO_TRY(auto response, checked(std::move(answer)));
    WEFT_CO_TRY(seen.pairs, read_pairs(response.body));
    co_return seen;
}

// Whether the agent did it, of a PUT or DELETE that may be refused.
asio::awaitable<Result<bool>> change(const AgentClient& client, std::string method, Target target,
                                     std::string body) {
    const std::string text = target.text();
    auto answer = co_await client.fetch(std::move(method), text, std::move(body));
    WEFT_CO_TRY(auto response, checked(std::move(answer)));
    co_return response.body.starts_with("true");
}

Target with_wait(Target target, std::uint64_t index, Duration wait) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    target.add("wait", fmt::format("{}ms", ms));
    if (index != 0) target.add("index", std::to_string(index));
    return target;
}

Target consistent(Target target, std::uint64_t index) {
    target.add("consistent");
    if (index != 0) target.add("index", std::to_string(index));
    return target;
}

class Lock : public ContendedLock {
public:
    Lock(const AgentClient& client, std::string prefix, std::string session)
        : client_(client),
          path_("/v1/kv/" + url_escape_path(lock_key(prefix))),
          session_(std::move(session)) {}

    asio::awaitable<Result<Attempt>> attempt(std::uint64_t index, Duration wait) override {
        Target query = with_wait(Target(path_), index, wait);
        auto looked = co_await look(client_, query, wait);
        WEFT_CO_TRY(auto seen, std::move(looked));
        const LockUse use = use_of_lock(seen.pairs, session_);
        if (use == LockUse::Foreign)
            co_return make_error(Errc::AlreadyExists, "Existing key does not match lock use");
        if (use == LockUse::Mine) co_return Attempt{Next::Held, seen.index};
        if (use == LockUse::Taken) co_return Attempt{Next::LookOnChange, seen.index};
        Target take(path_);
        take.add("acquire", session_).add("flags", std::to_string(kLockFlags));
        auto taken = co_await change(client_, "PUT", take, "");
        WEFT_CO_TRY(const bool held, std::move(taken));
        if (held) co_return Attempt{Next::Held, 0};
        // Either somebody else was faster or the lock delay is on.
        auto again = co_await look(client_, consistent(Target(path_), 0), Duration::zero());
        WEFT_CO_TRY(auto now_seen, std::move(again));
        const bool taken_by_other = use_of_lock(now_seen.pairs, session_) == LockUse::Taken;
        co_return Attempt{taken_by_other ? Next::LookOnChange : Next::LookLater, now_seen.index};
    }

    asio::awaitable<Result<bool>> still_held(std::uint64_t& index) override {
        const Target query = consistent(Target(path_), index);
        auto looked = co_await look(client_, query, AgentClient::kLongPoll);
        WEFT_CO_TRY(auto seen, std::move(looked));
        index = seen.index;
        co_return use_of_lock(seen.pairs, session_) == LockUse::Mine;
    }

    asio::awaitable<Result<void>> release() override {
        Target give(path_);
        give.add("flags", std::to_string(kLockFlags)).add("release", session_);
        auto given = co_await change(client_, "PUT", give, "");
        if (!given) co_return std::move(given).error();
        co_return success();
    }

    asio::awaitable<Result<bool>> remove() override {
        auto looked = co_await look(client_, Target(path_), Duration::zero());
        WEFT_CO_TRY(auto seen, std::move(looked));
        if (seen.pairs.empty()) co_return true;
        if (use_of_lock(seen.pairs, session_) != LockUse::Free) co_return false;
        Target gone(path_);
        gone.add("cas", std::to_string(seen.pairs.front().modify_index));
        auto removed = co_await change(client_, "DELETE", gone, "");
        co_return removed;
    }

private:
    const AgentClient& client_;
    std::string path_;
    std::string session_;
};

class SemaphoreLock : public ContendedLock {
public:
    SemaphoreLock(const AgentClient& client, std::string prefix, std::string session,
                  std::uint64_t limit)
        : client_(client),
          prefix_(std::move(prefix)),
          session_(std::move(session)),
          limit_(limit) {}

    asio::awaitable<Result<Attempt>> attempt(std::uint64_t index, Duration wait) override {
        if (!contends_) {
            Target mine(contender_path());
            mine.add("acquire", session_).add("flags", std::to_string(kSemaphoreFlags));
            auto made = co_await change(client_, "PUT", mine, "");
            WEFT_CO_TRY(contends_, std::move(made));
            if (!contends_)
                co_return make_error(Errc::Unavailable, "failed to make contender entry");
        }
        const Target query = with_wait(tree(), index, wait);
        auto looked = co_await look(client_, query, wait);
        WEFT_CO_TRY(auto seen, std::move(looked));
        Semaphore semaphore = read_semaphore(seen.pairs, prefix_, session_, limit_);
        if (semaphore.use == LockUse::Foreign)
            co_return make_error(Errc::AlreadyExists, "Existing key does not match semaphore use");
        if (semaphore.use == LockUse::OtherLimit)
            co_return make_error(Errc::AlreadyExists,
                                 fmt::format("semaphore limit conflict (lock: {}, local: {})",
                                             semaphore.limit, limit_));
        if (semaphore.use == LockUse::Taken) co_return Attempt{Next::LookOnChange, seen.index};
        semaphore.holders.insert(session_);
        auto written = co_await write_list(semaphore);
        WEFT_CO_TRY(const bool held, std::move(written));
        co_return Attempt{held ? Next::Held : Next::LookNow, 0};
    }

    asio::awaitable<Result<bool>> still_held(std::uint64_t& index) override {
        const Target query = consistent(tree(), index);
        auto looked = co_await look(client_, query, AgentClient::kLongPoll);
        WEFT_CO_TRY(auto seen, std::move(looked));
        index = seen.index;
        co_return read_semaphore(seen.pairs, prefix_, session_, limit_).use == LockUse::Mine;
    }

    asio::awaitable<Result<void>> release() override {
        for (int tries = 0; tries < kReleaseTries; ++tries) {
            auto looked = co_await look(client_, tree(), Duration::zero());
            WEFT_CO_TRY(auto seen, std::move(looked));
            Semaphore semaphore = read_semaphore(seen.pairs, prefix_, session_, limit_);
            if (semaphore.holders.erase(session_) == 0) break;
            auto written = co_await write_list(semaphore);
            WEFT_CO_TRY(const bool done, std::move(written));
            if (done) break;
        }
        auto removed = co_await change(client_, "DELETE", Target(contender_path()), "");
        if (!removed) co_return std::move(removed).error();
        co_return success();
    }

    asio::awaitable<Result<bool>> remove() override {
        auto looked = co_await look(client_, tree(), Duration::zero());
        WEFT_CO_TRY(auto seen, std::move(looked));
        const Semaphore semaphore = read_semaphore(seen.pairs, prefix_, session_, limit_);
        if (semaphore.modify_index == 0) co_return true;
        if (!semaphore.holders.empty()) co_return false;
        Target gone(list_path());
        gone.add("cas", std::to_string(semaphore.modify_index));
        auto removed = co_await change(client_, "DELETE", gone, "");
        co_return removed;
    }

private:
    std::string contender_path() const {
        const std::string folder = prefix_.empty() ? "" : prefix_ + "/";
        return "/v1/kv/" + url_escape_path(folder + session_);
    }
    std::string list_path() const { return "/v1/kv/" + url_escape_path(lock_key(prefix_)); }
    Target tree() const {
        Target all("/v1/kv/" + url_escape_path(prefix_));
        all.add("recurse");
        return all;
    }

    asio::awaitable<Result<bool>> write_list(Semaphore semaphore) {
        Target list(list_path());
        list.add("cas", std::to_string(semaphore.modify_index));
        list.add("flags", std::to_string(kSemaphoreFlags));
        std::string body = holders_text(semaphore.limit, semaphore.holders);
        auto written = co_await change(client_, "PUT", list, std::move(body));
        co_return written;
    }

    const AgentClient& client_;
    std::string prefix_;
    std::string session_;
    std::uint64_t limit_;
    bool contends_ = false;
};

}  // namespace

std::unique_ptr<ContendedLock> make_lock(const AgentClient& client, std::string prefix,
                                         std::string session) {
    return std::make_unique<Lock>(client, std::move(prefix), std::move(session));
}

std::unique_ptr<ContendedLock> make_semaphore(const AgentClient& client, std::string prefix,
                                              std::string session, std::uint64_t limit) {
    return std::make_unique<SemaphoreLock>(client, std::move(prefix), std::move(session), limit);
}

asio::awaitable<Result<bool>> acquire(ContendedLock& lock, Duration limit) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const Instant begun = now();
    std::uint64_t index = 0;
    bool waiting = true;
    while (waiting) {
        Duration wait = kWait;
        if (limit > Duration::zero()) {
            const Duration left = limit - (now() - begun);
            if (left <= Duration::zero()) co_return false;
            wait = std::min(wait, left);
        }
        auto tried = co_await lock.attempt(index, wait);
        if (!tried && tried.error().code == Errc::Cancelled) co_return false;
        WEFT_CO_TRY(const auto attempt, std::move(tried));
        if (attempt.next == ContendedLock::Next::Held) co_return true;
        index = attempt.next == ContendedLock::Next::LookOnChange ? attempt.index : 0;
        const bool later = attempt.next == ContendedLock::Next::LookLater;
        const Duration pause = later ? std::min(wait, kDelayRetry) : Duration::zero();
        waiting = co_await pause_for(pause);
    }
    co_return false;
}

asio::awaitable<void> watch_held(ContendedLock& lock, std::uint64_t retries) {
    co_await asio::this_coro::throw_if_cancelled(false);
    std::uint64_t index = 0;
    bool waiting = true;
    for (std::uint64_t failures = 0; waiting && failures <= retries;) {
        const auto held = co_await lock.still_held(index);
        if (held && !held.value()) co_return;
        failures = held ? 0 : failures + 1;
        const Duration pause = held ? Duration::zero() : kErrorRetry;
        waiting = co_await pause_for(pause);
    }
}

}  // namespace weft::agent
