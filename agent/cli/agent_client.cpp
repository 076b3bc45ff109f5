#include "agent/cli/agent_client.hpp"

#include "agent/cli/failure.hpp"
#include "agent/cli/target.hpp"
#include "agent/io/run_blocking.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

// Long enough for a reload or a leave of a busy agent.
constexpr Duration kCallTimeout = std::chrono::seconds(70);

}  // namespace

Result<AgentClient> AgentClient::open(const CliArguments& arguments, const CliConsole& console) {
    WEFT_TRY(auto settings, find_client_settings(arguments, console));
    settings.prototype.timeout = kCallTimeout;
    return AgentClient(std::move(settings), arguments.is_on("stale"), Progress(console));
}

HttpRequest AgentClient::request(std::string_view method, const std::string& target) const {
    HttpRequest request = settings_.prototype;
    request.method = method;
    request.url = settings_.base + target;
    const auto add = [&](const std::string& parameter) {
        request.url += (request.url.find('?') == std::string::npos ? '?' : '&') + parameter;
    };
    const bool names_one =
        target.find("?dc=") != std::string::npos || target.find("&dc=") != std::string::npos;
    if (!settings_.datacenter.empty() && !names_one) add("dc=" + url_escape(settings_.datacenter));
    if (stale_ && method == "GET" && target.find("consistent") == std::string::npos) add("stale");
    return request;
}

asio::awaitable<Result<HttpResponse>> AgentClient::fetch(std::string method, std::string target,
                                                         std::string body, Duration wait) const {
    HttpRequest whole = request(method, target);
    whole.body = std::move(body);
    whole.timeout += wait;
    co_return co_await http_fetch(std::move(whole));
}

Result<HttpResponse> AgentClient::call(std::string_view method, const std::string& target,
                                       std::string body) const {
    auto fetched = fetch(std::string(method), target, std::move(body));
    return run_blocking(telling(std::move(fetched)));
}

Result<HttpResponse> AgentClient::lines(const std::string& target,
                                        std::function<bool(std::string_view)> on_line,
                                        Duration lasts) const {
    HttpRequest whole = request("GET", target);
    whole.lines_time = lasts;
    return http_stream_lines_blocking(std::move(whole), std::move(on_line));
}

ExitCode with_client(const CliArguments& arguments, CliConsole& console,
                     const std::function<ExitCode(const AgentClient&)>& run) {
    const auto client = AgentClient::open(arguments, console);
    if (client) return run(client.value());
    return fail_usage(console, client.error().message());
}

}  // namespace weft::agent
