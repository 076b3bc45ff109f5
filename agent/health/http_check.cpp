#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/health/probe.hpp"
#include "agent/io/http_client.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr int kRedirectsMax = 10;
constexpr std::uint64_t kBodyReadMax = 8 * 1024 * 1024;  // a flood is not read to its end

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

void add_default(HttpHeaders& headers, const char* name, const char* value) {
    const bool given = std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
        return same_name(header.first, name);
    });
    if (!given) headers.emplace_back(name, value);
}

HttpRequest to_request(const ProbeSpec& spec) {
    const CheckDefinition& definition = spec.definition;
    HttpRequest request;
    if (!definition.method.empty()) request.method = definition.method;
    request.url = definition.http;
    for (const auto& [name, values] : definition.header) {
        for (const auto& value : values) request.headers.emplace_back(name, value);
    }
    add_default(request.headers, "User-Agent", "Consul Health Check");
    add_default(request.headers, "Accept", "text/plain, text/*, */*");
    request.body = definition.body;
    request.timeout = spec.timeout;
    request.redirects_max = definition.disable_redirects ? 0 : kRedirectsMax;
    request.body_max = spec.output_max;
    request.body_overflow = BodyOverflow::KeepTail;
    request.body_read_max = kBodyReadMax;
    request.body_may_be_cut = true;
    request.tls = spec.tls;
    request.tls_server_name = definition.tls_server_name;
    return request;
}

Status judge(int status) {
    if (status >= 200 && status <= 299) return Status::Passing;
    return status == 429 ? Status::Warning : Status::Critical;
}

}  // namespace

asio::awaitable<ProbeResult> run_http_check(ProbeSpec spec) {
    auto request = to_request(spec);
    const std::string method = request.method;
    auto response = co_await http_fetch(std::move(request));
    ProbeResult result;
    if (!response) {
        result.output = response.error().message();
        result.timed_out = response.error().code == Errc::Timeout;
        co_return result;
    }
    const HttpResponse& got = response.value();
    result.status = judge(got.status);
    const std::string status_line = got.reason.empty()
                                        ? std::to_string(got.status)
                                        : fmt::format("{} {}", got.status, got.reason);
    result.output = fmt::format("HTTP {} {}: {} Output: {}", method, spec.definition.http,
                                status_line, got.body);
    co_return result;
}

}  // namespace weft::agent
