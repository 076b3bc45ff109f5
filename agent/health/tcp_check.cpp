#include <fmt/format.h>

#include <utility>

#include "agent/health/probe.hpp"
#include "agent/io/byte_stream.hpp"
#include "agent/io/deadline.hpp"

namespace weft::agent {

namespace asio = boost::asio;

asio::awaitable<ProbeResult> run_tcp_check(ProbeSpec spec) {
    const std::string& address = spec.definition.tcp;
    ProbeResult result;
    auto parsed = split_host_port(address);
    if (!parsed) {
        result.output = "dial tcp: " + parsed.error().message();
        co_return result;
    }
    StreamTarget target;
    target.address = std::move(parsed).value();
    if (spec.definition.tcp_use_tls) target.tls = spec.tls;
    target.tls_server_name = spec.definition.tls_server_name;
    auto stream = co_await within(spec.timeout, open_stream(std::move(target)));
    if (stream) {
        result.status = Status::Passing;
        result.output = fmt::format("TCP connect {}: Success", address);
    } else if (stream.error().code == Errc::Timeout) {
        result.timed_out = true;
        result.output = fmt::format("dial tcp {}: i/o timeout", address);
    } else {
        result.output = stream.error().message();
    }
    co_return result;
}

}  // namespace weft::agent
