#include <fmt/format.h>

#include <utility>

#include "agent/health/h2_client.hpp"
#include "agent/health/probe.hpp"
#include "agent/io/deadline.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<void>> connect_and_ping(StreamTarget target) {
    auto stream = co_await open_stream(std::move(target));
    if (!stream) co_return std::move(stream).error();
    co_return co_await h2_ping(std::move(stream).value());
}

}  // namespace

asio::awaitable<ProbeResult> run_h2ping_check(ProbeSpec spec) {
    const std::string& address = spec.definition.h2ping;
    ProbeResult result;
    auto parsed = split_host_port(address);
    if (!parsed) {
        result.output = "dial tcp: " + parsed.error().message();
        co_return result;
    }
    StreamTarget target;
    target.address = std::move(parsed).value();
    if (spec.definition.h2ping_use_tls) target.tls = spec.tls;
    target.tls_server_name = spec.definition.tls_server_name;
    target.alpn = "h2";
    auto answered = co_await within(spec.timeout, connect_and_ping(std::move(target)));
    if (answered) {
        result.status = Status::Passing;
        result.output = "HTTP2 ping was successful";
    } else if (answered.error().code == Errc::Timeout) {
        result.timed_out = true;
        result.output = fmt::format("HTTP2 ping of {} failed: i/o timeout", address);
    } else {
        result.output =
            fmt::format("HTTP2 ping of {} failed: {}", address, answered.error().message());
    }
    co_return result;
}

}  // namespace weft::agent
