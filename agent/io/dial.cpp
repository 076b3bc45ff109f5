#include "agent/io/dial.hpp"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cctype>
#include <charconv>
#include <map>
#include <memory>
#include <utility>

namespace weft {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Error address_error(std::string_view address, std::string_view reason) {
    return make_error(Errc::InvalidArgument, fmt::format("address {}: {}", address, reason));
}

// A name that is looked up, for all who wait for it.
struct Lookup {
    Lookup(const asio::any_io_executor& given, std::string name)
        : executor(given), host(std::move(name)), done(given) {
        done.expires_at(asio::steady_timer::time_point::max());
    }
    asio::any_io_executor executor;
    std::string host;
    asio::steady_timer done;
    std::atomic<int> waiting = 0;  // callers; also read by the thread
    bool finished = false;
    std::vector<asio::ip::address> addresses;
};

// Ends a wait that join() began.
struct Leave {
    void operator()(Lookup* lookup) const { --lookup->waiting; }
};

std::vector<asio::ip::address> look_up_blocking(asio::thread_pool& pool, const std::string& host) {
    tcp::resolver resolver(pool);
    boost::system::error_code error;
    std::vector<asio::ip::address> addresses;
    for (const auto& entry : resolver.resolve(host, "", error))
        addresses.push_back(entry.endpoint().address());
    return addresses;
}

// The lookups of a context, one at a time of each name, and the threads in which getaddrinfo may
// block; made with its first lookup, joined with its end.
class Lookups final : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit Lookups(asio::execution_context& context) : service(context) {}

    // The caller waits from here on.
    std::shared_ptr<Lookup> join(const asio::any_io_executor& executor, const std::string& host) {
        auto& lookup = under_way_[host];
        const bool is_new = !lookup;
        if (is_new) lookup = std::make_shared<Lookup>(executor, host);
        ++lookup->waiting;
        if (is_new) start(lookup);
        return lookup;
    }

private:
    void start(const std::weak_ptr<Lookup>& queued) {
        asio::post(pool_, [this, queued] {
            auto lookup = queued.lock();
            if (!lookup) return;
            const bool wanted = lookup->waiting > 0;
            std::vector<asio::ip::address> addresses;
            if (wanted) addresses = look_up_blocking(pool_, lookup->host);
            // Moved: its timer must not go in this thread.
            const auto executor = lookup->executor;
            asio::post(executor, [this, lookup = std::move(lookup), wanted,
                                  found = std::move(addresses)] { finish(lookup, wanted, found); });
        });
    }

    void finish(const std::shared_ptr<Lookup>& lookup, bool was_made,
                const std::vector<asio::ip::address>& addresses) {
        // Nobody waited, but now somebody does.
        if (!was_made && lookup->waiting > 0) return start(lookup);
        under_way_.erase(lookup->host);
        lookup->finished = true;
        lookup->addresses = addresses;
        lookup->done.cancel();
    }

    void shutdown() override {
        pool_.stop();
        pool_.join();
        under_way_.clear();
    }

    std::map<std::string, std::shared_ptr<Lookup>> under_way_;  // by host
    asio::thread_pool pool_{kLookupsAtOnce};
};

Result<std::uint16_t> parse_port(const HostPort& target) {
    std::uint16_t port = 0;
    const char* end = target.port.data() + target.port.size();
    const auto [stopped, error] = std::from_chars(target.port.data(), end, port);
    if (error == std::errc() && stopped == end && !target.port.empty()) return port;
    return address_error(target.port, "invalid port");
}

}  // namespace

Result<HostPort> split_host_port(std::string_view address) {
    const auto colon = address.rfind(':');
    if (address.starts_with('[')) {
        const auto bracket = address.find(']');
        if (bracket == std::string_view::npos)
            return address_error(address, "missing ']' in address");
        if (colon != bracket + 1) return address_error(address, "missing port in address");
        return HostPort{std::string(address.substr(1, bracket - 1)),
                        std::string(address.substr(colon + 1))};
    }
    if (colon == std::string_view::npos) return address_error(address, "missing port in address");
    if (address.find(':') != colon) return address_error(address, "too many colons in address");
    return HostPort{std::string(address.substr(0, colon)), std::string(address.substr(colon + 1))};
}

std::string join_host_port(const HostPort& target) {
    const bool is_v6 = target.host.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", target.host, target.port)
                 : target.host + ":" + target.port;
}

std::string plain_words(const boost::system::error_code& error) {
    std::string words = error.message();
    if (words.size() > 1 && std::islower(static_cast<unsigned char>(words[1]))) {
        words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    }
    return words;
}

asio::awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host) {
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return std::vector<asio::ip::address>(1, literal);

    const auto executor = co_await asio::this_coro::executor;
    auto& lookups = asio::use_service<Lookups>(asio::query(executor, asio::execution::context));
    const auto lookup = lookups.join(executor, host);
    const std::unique_ptr<Lookup, Leave> leave(lookup.get());
    co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!lookup->finished)
        co_return make_error(Errc::Cancelled, fmt::format("lookup {}: cancelled", host));
    if (lookup->addresses.empty()) {
        co_return make_error(Errc::Unavailable, fmt::format("lookup {}: no such host", host));
    }
    co_return lookup->addresses;
}

asio::awaitable<Result<tcp::socket>> dial_tcp(HostPort target) {
    auto port = parse_port(target);
    if (!port) co_return make_error(Errc::InvalidArgument, "dial tcp: " + port.error().message());
    std::string host = target.host.empty() ? "127.0.0.1" : target.host;
    auto addresses = co_await resolve(std::move(host));
    if (!addresses)
        co_return make_error(addresses.error().code, "dial tcp: " + addresses.error().message());

    const auto executor = co_await asio::this_coro::executor;
    Error last = make_error(Errc::Unavailable);
    for (const auto& address : addresses.value()) {
        tcp::socket socket(executor);
        const tcp::endpoint endpoint(address, port.value());
        const auto [error] =
            co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
        if (!error) co_return std::move(socket);
        if (error == asio::error::operation_aborted) co_return make_error(Errc::Cancelled);
        const HostPort tried{address.to_string(), target.port};
        last = make_error(
            Errc::Unavailable,
            fmt::format("dial tcp {}: connect: {}", join_host_port(tried), plain_words(error)));
    }
    co_return last;
}

}  // namespace weft
