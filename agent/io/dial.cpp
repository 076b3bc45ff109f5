#include "agent/io/dial.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cctype>
#include <charconv>
#include <memory>
#include <utility>

#include "agent/io/lookups.hpp"
#include "agent/io/pause.hpp"

namespace weft {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Error address_error(std::string_view address, std::string_view reason) {
    return make_error(Errc::InvalidArgument, fmt::format("address {}: {}", address, reason));
}

// Ends a wait that join() began.
struct Leave {
    void operator()(Lookup* lookup) const { --lookup->waiting; }
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

    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return make_error(Errc::Cancelled, fmt::format("lookup {}: cancelled", host));
    const auto executor = co_await asio::this_coro::executor;
    auto& lookups = asio::use_service<Lookups>(asio::query(executor, asio::execution::context));
    const auto joined = lookups.join(executor, host);
    if (!joined) {
        co_return make_error(joined.error().code,
                             fmt::format("lookup {}: {}", host, joined.error().message()));
    }
    const std::shared_ptr<Lookup> lookup = joined.value();
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
        // A cancellation that came when the last step had just ended would leave this one to the
        // kernel's patience: two minutes.
        const bool cancelled = co_await is_cancelled();
        if (cancelled) co_return make_error(Errc::Cancelled);
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
