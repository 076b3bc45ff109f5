#include <fmt/format.h>

#include <utility>

#include "agent/health/grpc_health.hpp"
#include "agent/health/h2_client.hpp"
#include "agent/health/probe.hpp"
#include "agent/io/deadline.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

struct GrpcTarget {
    StreamTarget stream;
    std::string authority;
    std::string service;
};

// host:port or host:port/service
Result<GrpcTarget> parse_target(const ProbeSpec& spec) {
    const std::string& text = spec.definition.grpc;
    const auto slash = text.find('/');
    GrpcTarget target;
    target.authority = text.substr(0, slash);
    if (slash != std::string::npos) target.service = text.substr(slash + 1);
    WEFT_TRY(target.stream.address, split_host_port(target.authority));
    if (spec.definition.grpc_use_tls) target.stream.tls = spec.tls;
    target.stream.tls_server_name = spec.definition.tls_server_name;
    target.stream.alpn = "h2";
    return target;
}

Result<void> judge(const H2Response& response) {
    const auto status = response.header("grpc-status");
    if (response.header(":status") != "200") {
        return make_error(Errc::Unavailable,
                          fmt::format("unexpected HTTP status {}", response.header(":status")));
    }
    if (status != "0") {
        return make_error(Errc::Unavailable, fmt::format("rpc error: code = {} desc = {}", status,
                                                         response.header("grpc-message")));
    }
    WEFT_TRY(auto serving, parse_grpc_health_response(response.body));
    if (serving == GrpcServing::Serving) return success();
    return make_error(Errc::Unavailable, "gRPC application didn't report service healthy");
}

asio::awaitable<Result<void>> ask(GrpcTarget target, bool tls) {
    auto stream = co_await open_stream(target.stream);
    if (!stream) co_return std::move(stream).error();
    H2Headers headers;
    headers.emplace_back(":method", "POST");
    headers.emplace_back(":scheme", tls ? "https" : "http");
    headers.emplace_back(":path", "/grpc.health.v1.Health/Check");
    headers.emplace_back(":authority", target.authority);
    headers.emplace_back("content-type", "application/grpc");
    headers.emplace_back("user-agent", "Consul Health Check");
    headers.emplace_back("te", "trailers");
    std::string body = encode_grpc_health_request(target.service);
    auto response =
        co_await h2_request(std::move(stream).value(), std::move(headers), std::move(body));
    if (!response) co_return std::move(response).error();
    co_return judge(response.value());
}

}  // namespace

asio::awaitable<ProbeResult> run_grpc_check(ProbeSpec spec) {
    ProbeResult result;
    auto target = parse_target(spec);
    if (!target) {
        result.output = "dial tcp: " + target.error().message();
        co_return result;
    }
    auto healthy =
        co_await within(spec.timeout, ask(std::move(target).value(), spec.definition.grpc_use_tls));
    if (healthy) {
        result.status = Status::Passing;
        result.output = fmt::format("gRPC check {}: success", spec.definition.grpc);
    } else if (healthy.error().code == Errc::Timeout) {
        result.timed_out = true;
        result.output = fmt::format("gRPC check {}: i/o timeout", spec.definition.grpc);
    } else {
        result.output = healthy.error().message();
    }
    co_return result;
}

}  // namespace weft::agent
