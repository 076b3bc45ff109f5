#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/child_command.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/target.hpp"
#include "agent/cli/watch_plan.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/run_blocking.hpp"

// `watch`: shows a view of the catalog or the keys, or runs a program each time it changes.
namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr Duration kRetry = std::chrono::seconds(5);
constexpr Duration kRetryMax = std::chrono::minutes(3);

class WatchRun {
public:
    WatchRun(const AgentClient& client, CliConsole& console, WatchPlan plan,
             std::vector<std::string> command)
        : client_(client),
          console_(console),
          plan_(std::move(plan)),
          view_(plan_.shape),
          command_(std::move(command)) {}

    asio::awaitable<ExitCode> run();

private:
    asio::awaitable<Result<HttpResponse>> look();
    asio::awaitable<std::optional<ExitCode>> take(HttpResponse response, SignalSource& signals);
    asio::awaitable<std::optional<ExitCode>> handle(std::string text, SignalSource& signals);
    asio::awaitable<void> ride_out(std::string error);
    ExitCode interrupted(int signal) const {
        return console_.as_consul ? ExitCode::Ok : exactly(128 + signal);
    }
    bool is_first() const { return !index_; }

    const AgentClient& client_;
    CliConsole& console_;
    WatchPlan plan_;
    WatchView view_;
    std::vector<std::string> command_;
    std::optional<std::string>
        index_;  // of what was handed on last; texts: event indexes are hashes
    std::string shown_;
    int failures_ = 0;
};

asio::awaitable<Result<HttpResponse>> WatchRun::look() {
    Target target = plan_.target;
    if (index_) target.add("index", *index_);
    const std::string text = target.text();
    const Duration wait = index_ ? AgentClient::kLongPoll : Duration::zero();
    auto answer = co_await client_.fetch("GET", text, "", wait);
    if (answer && answer.value().status == 404) {
        answer.value().status = 200;
        answer.value().body.clear();
    }
    co_return answer;
}

asio::awaitable<void> WatchRun::ride_out(std::string error) {
    ++failures_;
    const Duration pause = std::min(kRetry * failures_, kRetryMax);
    console_.err(
        fmt::format("warning: {}; trying again in {}\n", error, format_go_duration(pause)));
    co_await pause_for(pause);
}

asio::awaitable<ExitCode> WatchRun::run() {
    using namespace asio::experimental::awaitable_operators;
    auto signals = open_signals(co_await asio::this_coro::executor);
    if (!signals) co_return fail_start(console_, ExitCode::Failed, signals.error());
    while (true) {
        std::optional<Result<HttpResponse>> answer;
        int signal = 0;
        co_await (store_result(look(), answer) || first_signal(signals.value(), signal));
        if (signal != 0) co_return interrupted(signal);
        const bool good = answer && *answer && answer->value().status == 200;
        if (!good && is_first())
            co_return with_answer(console_, client_, *answer,
                                  [](const HttpResponse&) { return ExitCode::Failed; });
        if (!good) {
            std::string error = *answer ? answer_text(answer->value()) : answer->error().message();
            co_await (ride_out(std::move(error)) || first_signal(signals.value(), signal));
            if (signal != 0) co_return interrupted(signal);
            continue;
        }
        failures_ = 0;
        const auto end = co_await take(std::move(answer->value()), signals.value());
        if (end) co_return *end;
    }
}

// An answer is handed on when both its index and its content are new: indexes also move when
// something beside the view changes.
asio::awaitable<std::optional<ExitCode>> WatchRun::take(HttpResponse response,
                                                        SignalSource& signals) {
    const bool first = is_first();
    const std::string index(response.header("X-Consul-Index"));
    const bool same_index = index_ == index;
    index_ = index;
    if (same_index) co_return std::nullopt;
    const auto text = view_.show(response.body);
    if (!text)
        co_return fail(console_, ExitCode::Failed,
                       {.what = "the agent's answer is not what was asked for",
                        .cause = text.error().message(),
                        .code = failure_code::kRefused});
    if (!first && text.value() == shown_) co_return std::nullopt;
    shown_ = text.value();
    const auto end = co_await handle(text.value(), signals);
    co_return end;
}

asio::awaitable<std::optional<ExitCode>> WatchRun::handle(std::string text, SignalSource& signals) {
    using namespace asio::experimental::awaitable_operators;
    if (command_.empty()) {
        std::string pretty;
        JsonWriter writer(pretty, true);
        writer.raw(text);
        console_.out(pretty + "\n");
        co_return ExitCode::Ok;
    }
    auto input = file_of_text(text + "\n");
    if (!input) co_return fail_start(console_, ExitCode::Failed, input.error());
    SpawnSpec spec;
    spec.args = command_;
    spec.environment = {{"CONSUL_INDEX", *index_}, {"WEFT_INDEX", *index_}};
    spec.input = input.value();
    auto child = ChildProcess::start(co_await asio::this_coro::executor, spec);
    ::close(input.value());
    if (!child) co_return fail_start(console_, ExitCode::Failed, child.error());
    int signal = 0;
    co_await (child.value().wait_end() || forward_signals(signals, child.value(), signal));
    const auto ended = child.value().reap();
    if (!ended) co_return fail_start(console_, ExitCode::Failed, ended.error());
    // What ends the handler ends the watch.
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) co_return interrupted(signal);
    if (ended_status(ended.value()) == 0) co_return std::nullopt;
    co_return fail(console_, ExitCode::Failed,
                   {.what = "the handler ended with " + ended_text(ended.value()),
                    .code = failure_code::kProgram,
                    .as_consul = "Error executing handler: " + ended_text(ended.value())});
}

ExitCode watch(const CliArguments& arguments, CliConsole& console) {
    const auto plan = watch_plan(arguments);
    if (!plan) return fail_usage(console, plan.error().message(), plan.error().message());
    const std::vector<std::string> command = child_words(arguments, console, 0);
    return with_client(arguments, console, [&](const AgentClient& client) {
        WatchRun watch_run(client, console, plan.value(), command);
        return run_blocking(watch_run.run());
    });
}

}  // namespace

CliCommand watch_command() {
    return {.path = "watch",
            .group = "data",
            .summary = "Show a view as JSON, or run a program with it each time it changes.",
            .words = "[HANDLER ..]",
            .words_max = 10000,
            .flags = with_server_flags(
                {{"type", "TYPE", "key, keyprefix, services, nodes, service, checks or event"},
                 {"key", "KEY", "with -type=key"},
                 {"prefix", "PREFIX", "with -type=keyprefix"},
                 {"service", "NAME", "with -type=service, or checks of this service only"},
                 {"tag", "TAG", "with -type=service: only instances that have it", true},
                 {"passingonly", "true|false", "with -type=service: only healthy instances"},
                 {"state", "STATE", "with -type=checks: any, passing, warning or critical"},
                 {"name", "NAME", "with -type=event: only events of this name"},
                 shell_flag()}),
            .examples = {"weft watch -type=service -service=web ./reload-balancer.sh",
                         "weft watch -type=keyprefix -prefix=config/"},
            .run = watch,
            .command_from = 0};
}

}  // namespace weft::agent
