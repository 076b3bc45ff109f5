#include "agent/runtime/ring_joiner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

#include "agent/base/ip_address.hpp"
#include "agent/io/dial.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/random_seed.hpp"
#include "agent/io/task_scope.hpp"
#include "agent/runtime/host_route.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

// The first tries are quick, and failures usual when a ring starts.
constexpr std::int64_t kQuietTries = 6;
constexpr std::uint16_t kDefaultPort = 8301;
// Between two looks whether anybody else is left.
constexpr Duration kLook = std::chrono::seconds(1);

gossip::Endpoint endpoint_of(const asio::ip::address& address, std::uint16_t port) {
    if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_bytes()), port};
    return {IpAddress::v6(address.to_v6().to_bytes()), port};
}

bool has_port(std::string_view address) {
    if (IpAddress::parse(address)) return false;
    if (address.starts_with('[')) return !address.ends_with(']');
    return address.find(':') != std::string_view::npos;
}

std::string why(const api::JoinOutcome& outcome) {
    return outcome.failures.empty() ? "no address" : outcome.failures.front().why;
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
      log_(std::move(log)) {}

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
    Outcome outcome =
        co_await join(std::move(addresses), std::vector<gossip::Endpoint>(), OldEvents::Ignored);
    co_return outcome;
}

asio::awaitable<RingJoiner::Outcome> RingJoiner::join_address(std::string address, OldEvents old) {
    auto found = co_await resolved(address);
    if (found) co_return co_await join_endpoints(std::move(found).value(), old);
    Outcome outcome;
    outcome.failures.push_back({std::move(address), found.error().message()});
    co_return outcome;
}

asio::awaitable<RingJoiner::Outcome> RingJoiner::join(std::vector<std::string> addresses,
                                                      std::vector<gossip::Endpoint> endpoints,
                                                      OldEvents old) {
    namespace groups = asio::experimental;
    const auto executor = co_await asio::this_coro::executor;
    const auto operation = [&](asio::awaitable<Outcome> joining) {
        return as_operation(executor, without_throwing<Outcome>(std::move(joining)));
    };
    std::vector<decltype(operation(join_address({}, old)))> operations;
    operations.push_back(operation(join_endpoints(std::move(endpoints), old)));
    for (std::string& address : addresses)
        operations.push_back(operation(join_address(std::move(address), old)));
    auto [order, failures, outcomes] = co_await groups::make_parallel_group(std::move(operations))
                                           .async_wait(groups::wait_for_all(), asio::use_awaitable);
    Outcome all;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (failures[i]) std::rethrow_exception(failures[i]);
        all.joined += outcomes[i].joined;
        all.itself += outcomes[i].itself;
        std::move(outcomes[i].failures.begin(), outcomes[i].failures.end(),
                  std::back_inserter(all.failures));
    }
    co_return all;
}

asio::awaitable<RingJoiner::Outcome> RingJoiner::join_endpoints(
    std::vector<gossip::Endpoint> endpoints, OldEvents old) {
    Outcome own;
    own.itself = own.joined =
        std::erase_if(endpoints, [this](const gossip::Endpoint& at) { return is_own(at); });
    if (endpoints.empty()) co_return own;
    const auto place = waiting_.emplace(
        waiting_.end(),
        Waiting{{endpoints.begin(), endpoints.end()},
                own,
                asio::steady_timer(ring_.executor(), asio::steady_timer::time_point::max())});
    ring_.call([&](gossip::Node& node, Instant now, gossip::Output& out) {
        node.join(endpoints, old == OldEvents::Ignored, now, out);
    });
    while (!place->open.empty()) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled) break;
        co_await place->ended.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    Outcome outcome = std::move(place->outcome);
    for (const gossip::Endpoint& at : place->open)
        outcome.failures.push_back({at.str(), "the agent is stopping"});
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

bool RingJoiner::knows_somebody() {
    const gossip::Node& node = ring_.node();
    if (!companion_.empty()) {
        const auto view = node.find(companion_);
        if (view && view->status == gossip::MemberStatus::Alive) return true;
    }
    const auto members = node.members();
    const auto other = std::find_if(members.begin(), members.end(), [&](const auto& view) {
        return view.status == gossip::MemberStatus::Alive && view.member->name != node.self()->name;
    });
    companion_ = other == members.end() ? std::string() : std::string(other->member->name);
    return other != members.end();
}

bool RingJoiner::is_own(const gossip::Endpoint& endpoint) const {
    const gossip::Endpoint at = endpoint.unmapped();
    const gossip::Endpoint local = ring_.local().unmapped();
    if (at == local || at == ring_.advertised().unmapped()) return true;
    // Bound to all addresses: of IPv4, or of both families.
    const bool is_covered =
        local.address.is_unspecified() && (local.address.is_v6() || at.address.is_v4());
    return is_covered && at.port == local.port && is_address_of_host(at.address);
}

// Where start_join fails, anybody of the last life will do.
asio::awaitable<Result<bool>> RingJoiner::join_at_start() {
    Outcome outcome =
        co_await join(config_.start_join, std::vector<gossip::Endpoint>(), old_events_);
    const std::string first_failure = why(outcome);
    for (std::size_t i = 0; i < schedule_.tries_in_round() && outcome.joined == 0; ++i) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled) co_return false;
        outcome = co_await join_endpoints(schedule_.next(), old_events_);
    }
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return false;
    if (outcome.joined == 0) {
        co_return make_error(Errc::Unavailable,
                             fmt::format("none of start_join could be joined: {}", first_failure));
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
    auto found = co_await retry(config_.retry_join.empty() ? 0 : config_.retry_max);
    while (found && found.value() && !config_.retry_join.empty()) {
        const bool is_alone = co_await await_solitude();
        if (!is_alone) break;
        log_->warn("nobody else of the ring is alive, joining again");
        // It is the same ring: whoever cut this agent off is not to keep events from it.
        old_events_ = OldEvents::Delivered;
        schedule_.begin_again();
        found = co_await retry(0);
    }
    if (!found) co_return found.error();
    co_return success();
}

asio::awaitable<Result<bool>> RingJoiner::retry(std::int64_t tries_max) {
    for (std::int64_t tries = 1;; ++tries) {
        const Outcome outcome = co_await join(config_.retry_join, schedule_.next(), old_events_);
        const bool cancelled = co_await is_cancelled();
        if (cancelled || ring_.node().is_leaving()) co_return false;
        const std::size_t others = outcome.joined - outcome.itself;
        // One that is reached by an address that is not known for its own may be itself.
        if (others > 0 && knows_somebody()) {
            log_->info("joined members={} tries={}", others, tries);
            co_return true;
        }
        // Somebody of the last life was faster. Whoever retry_join names may be of another ring.
        if (config_.retry_join.empty() && knows_somebody()) co_return true;
        if (tries_max > 0 && tries >= tries_max && outcome.joined == 0) {
            co_return make_error(Errc::Unavailable,
                                 fmt::format("none of retry_join could be joined in {} tries: {}",
                                             tries, why(outcome)));
        }
        const Duration pause = schedule_.pause();
        log_failure(outcome, tries, pause);
        const bool goes_on = co_await wait(pause);
        if (!goes_on) co_return false;
        // It may have been found while it waited.
        if (config_.retry_join.empty() && knows_somebody()) co_return true;
    }
}

void RingJoiner::log_failure(const Outcome& outcome, std::int64_t tries, Duration pause) {
    // Only itself was named, or nobody yet: that is no failure, and does not change soon.
    if (outcome.failures.empty()) {
        const auto level = tries == kQuietTries ? spdlog::level::info : spdlog::level::debug;
        return log_->log(level, "nobody but this agent is in the ring yet, looking for others");
    }
    const auto level = tries < kQuietTries ? spdlog::level::debug : spdlog::level::warn;
    log_->log(level, "join failed, trying again pause_ms={} error={}", pause.count() / 1'000'000,
              why(outcome));
}

// False: ended.
asio::awaitable<bool> RingJoiner::wait(Duration pause) {
    const bool waited = co_await pause_for(pause);
    // A cancellation that came when the time was just over ended no wait.
    const bool cancelled = co_await is_cancelled();
    co_return waited && !cancelled && !ring_.node().is_leaving();
}

// Until nobody else is alive. False: ended.
asio::awaitable<bool> RingJoiner::await_solitude() {
    std::optional<std::uint64_t> seen;
    while (true) {
        const std::uint64_t changes = ring_.node().member_changes();
        if (seen != changes && !knows_somebody()) co_return true;
        seen = changes;
        const bool goes_on = co_await wait(kLook);
        if (!goes_on) co_return false;
    }
}

}  // namespace weft::agent
