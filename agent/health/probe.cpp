#include "agent/health/probe.hpp"

#include <chrono>
#include <utility>

namespace weft::agent {

namespace asio = boost::asio;

asio::awaitable<ProbeResult> run_probe(ProbeSpec spec) {
    const std::string kind(spec.definition.kind());
    if (kind == "script") co_return co_await run_script_check(std::move(spec));
    if (kind == "http") co_return co_await run_http_check(std::move(spec));
    if (kind == "tcp") co_return co_await run_tcp_check(std::move(spec));
    if (kind == "udp") co_return co_await run_udp_check(std::move(spec));
    if (kind == "grpc") co_return co_await run_grpc_check(std::move(spec));
    if (kind == "h2ping") co_return co_await run_h2ping_check(std::move(spec));
    ProbeResult unknown;
    unknown.output = "this agent cannot run checks of kind \"" + kind + "\"";
    co_return unknown;
}

bool uses_tls(const CheckDefinition& definition) {
    const auto kind = definition.kind();
    // A plain http URL may redirect to https.
    if (kind == "http") return true;
    if (kind == "tcp") return definition.tcp_use_tls;
    if (kind == "grpc") return definition.grpc_use_tls;
    return kind == "h2ping" && definition.h2ping_use_tls;
}

Duration probe_timeout(const CheckDefinition& definition) {
    if (definition.timeout > Duration::zero()) return definition.timeout;
    return definition.kind() == "script" ? std::chrono::seconds(30) : std::chrono::seconds(10);
}

}  // namespace weft::agent
