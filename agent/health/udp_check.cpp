#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <utility>

#include "agent/health/probe.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/deadline.hpp"
#include "agent/io/dial.hpp"

namespace weft::agent {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr std::string_view kPayload = "weft health check";

Result<std::uint16_t> parse_port(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc() && end == text.data() + text.size()) return port;
    return make_error(Errc::InvalidArgument, fmt::format("address {}: invalid port", text));
}

asio::awaitable<Result<udp::endpoint>> find_endpoint(HostPort target) {
    WEFT_CO_TRY(auto port, parse_port(target.port));
    auto addresses = co_await resolve(target.host);
    if (!addresses) co_return std::move(addresses).error();
    co_return udp::endpoint(addresses.value().front(), port);
}

// Sends a datagram and waits for an answer or the machine's refusal.
asio::awaitable<Result<void>> exchange(udp::endpoint endpoint) {
    udp::socket socket(co_await asio::this_coro::executor);
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.connect(endpoint, error);
    if (!error) socket.send(asio::buffer(kPayload.data(), kPayload.size()), 0, error);
    if (error) co_return make_error(Errc::Unavailable, plain_words(error));
    std::array<char, 2048> answer;
    const auto [failure, size] =
        co_await socket.async_receive(asio::buffer(answer), asio::as_tuple(asio::use_awaitable));
    if (failure == asio::error::operation_aborted) co_return make_error(Errc::Timeout);
    if (failure) co_return make_error(Errc::Unavailable, plain_words(failure));
    co_return success();
}

}  // namespace

asio::awaitable<ProbeResult> run_udp_check(ProbeSpec spec) {
    const std::string& address = spec.definition.udp;
    ProbeResult result;
    auto target = split_host_port(address);
    if (!target) {
        result.output = "dial udp: " + target.error().message();
        co_return result;
    }
    // One deadline, but two waits: a name service that is silent is a failure.
    const Instant deadline = now() + spec.timeout;
    auto endpoint = co_await within(spec.timeout, find_endpoint(std::move(target).value()));
    if (!endpoint) {
        result.timed_out = endpoint.error().code == Errc::Timeout;
        result.output = fmt::format("dial udp {}: {}", address,
                                    result.timed_out ? "i/o timeout" : endpoint.error().message());
        co_return result;
    }
    auto answered = co_await within(deadline - now(), exchange(endpoint.value()));
    // Silence is no failure: most services answer only what they understand.
    if (answered || answered.error().code == Errc::Timeout) {
        result.status = Status::Passing;
        result.output = fmt::format("UDP connect {}: Success", address);
    } else {
        result.output = fmt::format("dial udp {}: {}", address, answered.error().message());
    }
    co_return result;
}

}  // namespace weft::agent
