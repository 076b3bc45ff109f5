#include "agent/runtime/ring_joiner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "agent/base/ip_address.hpp"
#include "agent/io/dial.hpp"
#include "agent/io/random_seed.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

// The first tries are quick, and failures usual when a ring starts.
constexpr std::int64_t kQuietTries = 6;
constexpr std::uint16_t kDefaultPort = 8301;

gossip::Endpoint endpoint_of(const asio::ip::address& address, std::uint16_t port) {
    if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_bytes()), port};
    return {IpAddress::v6(address.to_v6().to_bytes()), port};
}

bool has_port(std::string_view address) {
    if (IpAddress::parse(address)) return false;
    if (address.starts_with('[')) return !address.ends_with(']');
    return address.find(':') != std::string_view::npos;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

}  // namespace

RingJoiner::RingJoiner(gossip::Ring& ring, const GossipConfig& config,
                       std::vector<gossip::Endpoint> known, std::shared_ptr<spdlog::logger> log)
    : ring_(ring),
      config_(config),
      schedule_(std::move(known), config.retry_interval, Rng(random_seed())),
      log_(std::move(log)),
      pause_(ring.executor()) {}

asio::awaitable<Result<std::vector<gossip::Endpoint>>> RingJoiner::resolved(std::string address) {
    HostPort target{address, std::to_string(config_.port.value_or(kDefaultPort))};
    if (has_port(address)) {
        auto split = split_host_port(address);
        if (!split) co_return split.error();
        target = std::move(split.value());
    } else if (address.starts_with('[')) {
        target.host = address.substr(1, address.size() - 2);
    }
    const auto port = port_of(target.port);
    if (!port) {
        co_return make_error(
            Errc::InvalidArgument,
            fmt::format("{}: the port must be a number from 1 to 65535, not \"{}\"", address,
                        target.port));
    }
    auto addresses = co_await resolve(target.host);
    if (!addresses) co_return addresses.error();
    std::vector<gossip::Endpoint> endpoints;
    for (const auto& found : addresses.value()) endpoints.push_back(endpoint_of(found, *port));
    co_return endpoints;
}

asio::awaitable<api::JoinOutcome> RingJoiner::join(std::vector<std::string> addresses) {
    auto outcome = co_await join(std::move(addresses), std::vector<gossip::Endpoint>());
    co_return outcome;
}

asio::awaitable<api::JoinOutcome> RingJoiner::join(std::vector<std::string> addresses,
                                                   std::vector<gossip::Endpoint> endpoints) {
    std::vector<api::JoinOutcome::Failure> failures;
    for (const std::string& address : addresses) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return api::JoinOutcome{};
        auto found = co_await resolved(address);
        if (found) {
            endpoints.insert(endpoints.end(), found.value().begin(), found.value().end());
        } else {
            failures.push_back({address, found.error().message()});
        }
    }
    api::JoinOutcome outcome = co_await join_endpoints(std::move(endpoints));
    outcome.failures.insert(outcome.failures.end(), failures.begin(), failures.end());
    co_return outcome;
}

asio::awaitable<api::JoinOutcome> RingJoiner::join_endpoints(
    std::vector<gossip::Endpoint> endpoints) {
    if (endpoints.empty()) co_return api::JoinOutcome{};
    const auto place = waiting_.emplace(
        waiting_.end(),
        Waiting{{endpoints.begin(), endpoints.end()},
                {},
                asio::steady_timer(ring_.executor(), asio::steady_timer::time_point::max())});
    ring_.call([&](gossip::Node& node, Instant now, gossip::Output& out) {
        node.join(endpoints, true, now, out);
    });
    while (!place->open.empty()) {
        co_await place->ended.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
    }
    api::JoinOutcome outcome = std::move(place->outcome);
    waiting_.erase(place);
    co_return outcome;
}

void RingJoiner::heard(const gossip::event::JoinFinished& event) {
    for (Waiting& waiting : waiting_) {
        const auto at = waiting.open.find(event.at);
        if (at == waiting.open.end()) continue;
        waiting.open.erase(at);
        if (event.joined) {
            ++waiting.outcome.joined;
        } else {
            waiting.outcome.failures.push_back({event.at.str(), event.error});
        }
        if (waiting.open.empty()) waiting.ended.cancel();
        return;
    }
}

bool RingJoiner::knows_somebody() const {
    const auto members = ring_.node().members();
    return std::any_of(members.begin(), members.end(), [&](const gossip::MemberView& view) {
        return view.status == gossip::MemberStatus::Alive &&
               view.member->name != ring_.node().self()->name;
    });
}

// Where start_join fails, anybody of the last life will do.
asio::awaitable<Result<bool>> RingJoiner::join_at_start() {
    api::JoinOutcome outcome = co_await join(config_.start_join);
    std::string why = outcome.failures.empty() ? "no address" : outcome.failures.front().why;
    for (std::size_t i = 0; i < schedule_.tries_in_round() && outcome.joined == 0; ++i) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return false;
        outcome = co_await join_endpoints(schedule_.next());
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return false;
    if (outcome.joined == 0) {
        co_return make_error(Errc::Unavailable,
                             fmt::format("none of start_join could be joined: {}", why));
    }
    co_return true;
}

asio::awaitable<Result<void>> RingJoiner::run() {
    if (!config_.start_join.empty()) {
        const auto joined = co_await join_at_start();
        if (!joined) co_return joined.error();
        if (!joined.value() || config_.retry_join.empty()) co_return success();
    }
    if (config_.retry_join.empty() && schedule_.is_empty()) co_return success();
    auto joined = co_await retry();
    co_return joined;
}

asio::awaitable<Result<void>> RingJoiner::retry() {
    for (std::int64_t tries = 1;; ++tries) {
        const api::JoinOutcome outcome = co_await join(config_.retry_join, schedule_.next());
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return success();
        if (outcome.joined > 0) {
            log_->info("joined members={} tries={}", outcome.joined, tries);
            co_return success();
        }
        // Somebody of the last life was faster. Whoever retry_join names may be of another ring.
        if (config_.retry_join.empty() && knows_somebody()) co_return success();
        const std::string why =
            outcome.failures.empty() ? "no address" : outcome.failures.front().why;
        const bool is_limited = config_.retry_max > 0 && !config_.retry_join.empty();
        if (is_limited && tries >= config_.retry_max) {
            co_return make_error(
                Errc::Unavailable,
                fmt::format("none of retry_join could be joined in {} tries: {}", tries, why));
        }
        const Duration pause = schedule_.pause();
        const auto level = tries < kQuietTries ? spdlog::level::debug : spdlog::level::warn;
        log_->log(level, "join failed, trying again pause_ms={} error={}",
                  pause.count() / 1'000'000, why);
        pause_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(pause));
        const auto [error] = co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) co_return success();
        // It may have been found while it waited.
        if (config_.retry_join.empty() && knows_somebody()) co_return success();
    }
}

}  // namespace weft::agent
