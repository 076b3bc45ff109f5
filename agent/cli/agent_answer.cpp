#include "agent/cli/agent_answer.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "agent/base/deep_json.hpp"
#include "agent/cli/failure.hpp"

namespace weft::agent {

namespace {

bool is_denial(const HttpResponse& answer) {
    return answer.status == 401 || answer.status == 403;
}

bool is_without_leader(const HttpResponse& answer) {
    return answer.status >= 500 && answer.body.find("No cluster leader") != std::string::npos;
}

ExitCode code_of(const HttpResponse& answer) {
    if (is_denial(answer)) return ExitCode::Denied;
    if (is_without_leader(answer)) return ExitCode::NoLeader;
    return answer.status == 404 ? ExitCode::NotFound : ExitCode::Failed;
}

// What helps then, and the code of its page.
Failure failure_for(ExitCode code) {
    switch (code) {
        case ExitCode::Denied:
            return {.what = {},
                    .help = "name a token that may: -token, -token-file or WEFT_TOKEN",
                    .code = failure_code::kDenied};
        case ExitCode::NoLeader:
            return {.what = {},
                    .help = "try again; `weft members` shows which servers are there",
                    .code = failure_code::kNoLeader};
        case ExitCode::NotFound:
            return {.what = {}, .code = failure_code::kNotFound};
        case ExitCode::Unreachable:
            return {.what = {},
                    .help =
                        "start one with `weft dev`, or name its address with -http-addr or "
                        "WEFT_HTTP_ADDR",
                    .code = failure_code::kUnreachable};
        default:
            return {.what = {}, .code = failure_code::kRefused};
    }
}

// What to do about a refusal, where the sentence of the agent is not all there is to say.
std::string remedy(const HttpResponse& answer) {
    constexpr int kTooLarge = 413, kTooMany = 429, kServerError = 500;
    if (answer.status == kTooLarge) return "`weft help config limits` lists how large it may be";
    if (answer.status == kTooMany) return "try again later";
    if (answer.body.find("encrypt") != std::string::npos)
        return "`weft help keyring` tells how the ring's keys are used";
    if (answer.status == kServerError)
        return "`weft monitor -log-level=debug` shows the agent's log while you try again";
    return {};
}

Failure failure_of(const HttpResponse& answer, const std::string& what) {
    const std::string answered =
        fmt::format("the agent answered {}: {}", answer.status, answer_text(answer));
    Failure failure = failure_for(code_of(answer));
    failure.what = what.empty() ? answered : what;
    failure.cause = what.empty() ? "" : answered;
    if (code_of(answer) == ExitCode::Failed) failure.help = remedy(answer);
    if (const auto place = answer.header("X-Weft-Body-Error"); !place.empty())
        failure.help = fmt::format("what is wrong is at {}", place);
    return failure;
}

constexpr std::string_view kError = "Error!";

// How Consul's command begins its line about that.
std::string consul_begin(const std::string& of_command, const Doing& doing) {
    if (!doing.as_consul.empty()) return doing.as_consul;
    if (!of_command.empty()) return of_command;
    return std::string(kError) + (doing.what.empty() ? "" : " " + doing.what);
}

std::string consul_line(const std::string& begin, const std::string& cause) {
    return begin + (begin == kError ? " " : ": ") + cause;
}

// Consul's client leaves the body out where it reads keys.
std::string consul_cause(const HttpResponse& answer, std::string_view begin) {
    const std::string code = fmt::format("Unexpected response code: {}", answer.status);
    if (begin == "Error querying Consul agent") return code;
    return fmt::format("{} ({})", code, answer_text(answer));
}

// Of an Error: the code to end with when an answer was none.
class ExitCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft.exit"; }
    std::string message(int) const override { return "the agent refused"; }
};

const std::error_category& exit_category() {
    static const ExitCategory category;
    return category;
}

}  // namespace

std::string answer_text(const HttpResponse& answer) {
    std::string text = answer.body.empty() ? answer.reason : answer.body;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

ExitCode with_answer(CliConsole& console, const AgentClient& client,
                     const Result<HttpResponse>& response,
                     const std::function<ExitCode(const HttpResponse&)>& use, const Doing& doing) {
    if (!response && response.error().code == Errc::Limit)
        return fail(console, ExitCode::Failed,
                    {.what = "the answer of the agent at " + client.address() + " is too large",
                     .cause = response.error().message(),
                     .help = "ask for less, such as for one prefix or one service",
                     .code = failure_code::kRefused});
    if (!response) {
        Failure failure = failure_for(ExitCode::Unreachable);
        failure.what = "no answer from the agent at " + client.address();
        failure.cause = response.error().message();
        failure.as_consul =
            consul_line(consul_begin(console.consul_failure.unreachable, doing), failure.cause);
        return fail(console, ExitCode::Unreachable, failure);
    }
    const HttpResponse& answer = response.value();
    if (answer.status == 200) return use(answer);
    Failure failure = failure_of(answer, doing.what);
    const std::string begin = consul_begin(console.consul_failure.refused, doing);
    failure.as_consul = consul_line(begin, consul_cause(answer, begin));
    return fail(console, code_of(answer), failure);
}

Result<HttpResponse> checked(Result<HttpResponse> response) {
    if (!response && response.error().code == Errc::Cancelled) return response;
    if (!response)
        return make_error({static_cast<int>(ExitCode::Unreachable), exit_category()},
                          response.error().message());
    if (response.value().status == 200) return response;
    return make_error({static_cast<int>(code_of(response.value())), exit_category()},
                      fmt::format("Unexpected response code: {} ({})", response.value().status,
                                  answer_text(response.value())));
}

bool is_unreachable(const Error& error) {
    return error.code.category() == exit_category() &&
           error.code.value() == static_cast<int>(ExitCode::Unreachable);
}

ExitCode fail_checked(CliConsole& console, const Error& error, const std::string& what,
                      const std::string& as_consul) {
    const ExitCode code = error.code.category() == exit_category()
                              ? static_cast<ExitCode>(error.code.value())
                              : ExitCode::Failed;
    Failure failure = failure_for(code);
    if (error.code == Errc::AlreadyExists) failure.code = failure_code::kConflict;
    failure.what = what;
    failure.cause = error.message();
    failure.as_consul = as_consul;
    return fail(console, code, failure);
}

ExitCode with_json(CliConsole& console, const AgentClient& client, const std::string& target,
                   const std::function<ExitCode(const boost::json::value&)>& use,
                   const Doing& doing) {
    const auto parse_and_use = [&](const HttpResponse& response) {
        boost::json::error_code failure;
        const boost::json::value parsed =
            boost::json::parse(response.body, failure, {}, deep_json());
        if (!failure) return use(parsed);
        return fail(console, ExitCode::Failed,
                    {.what = fmt::format("the answer of {} is not JSON", client.address()),
                     .cause = failure.message(),
                     .code = failure_code::kRefused});
    };
    return with_answer(console, client, client.call("GET", target), parse_and_use, doing);
}

}  // namespace weft::agent
