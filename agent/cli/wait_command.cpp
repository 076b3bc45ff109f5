#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/wait_goal.hpp"
#include "agent/io/deadline.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/run_blocking.hpp"

// `wait`: returns when a service, a key or a leader is there.
namespace weft::agent {

namespace asio = boost::asio;

namespace {

// Of an agent that does not answer, or of what it cannot be asked to wait for.
constexpr Duration kPause = std::chrono::milliseconds(500);

Result<std::vector<WaitGoal>> goals_of(const CliArguments& arguments) {
    WEFT_TRY(const auto passing, number_flag(arguments, "passing", 1, 1));
    std::vector<WaitGoal> goals;
    for (const std::string& wanted : arguments.all("for")) {
        WEFT_TRY(auto goal, WaitGoal::parse(wanted, passing));
        goals.push_back(std::move(goal));
    }
    if (goals.empty())
        return make_error(Errc::InvalidArgument,
                          "say what to wait for: -for=service=NAME, -for=key=KEY or -for=leader");
    const bool counts = std::any_of(goals.begin(), goals.end(),
                                    [](const WaitGoal& goal) { return goal.counts_instances(); });
    if (arguments.has("passing") && !counts)
        return make_error(Errc::InvalidArgument, "-passing goes with -for=service=NAME");
    return goals;
}

// What came of waiting.
struct Reached {
    std::string missing;                  // what a goal lacked when it was looked at last
    std::optional<HttpResponse> refused;  // an answer that trying again does not change
};

bool is_refusal(int status) {
    constexpr int kTooMany = 429;
    return status >= 300 && status < 500 && status != kTooMany;
}

// Waits until the goal is reached or the agent refuses to tell.
asio::awaitable<Result<void>> reach(const AgentClient& client, const WaitGoal& goal,
                                    Reached& reached) {
    std::string index;
    bool waiting = true;
    while (waiting) {
        const std::string text = goal.target(index).text();
        const Duration wait = index.empty() ? Duration::zero() : AgentClient::kLongPoll;
        const auto answer = co_await client.fetch("GET", text, "", wait);
        const bool told = answer && (answer.value().status == 200 || answer.value().status == 404);
        if (told) {
            const auto lacks = goal.missing(answer.value().status, answer.value().body);
            if (!lacks) co_return success();
            reached.missing = *lacks;
            index = answer.value().header("X-Consul-Index");
        } else if (!answer && answer.error().code == Errc::Cancelled) {
            break;
        } else if (answer && is_refusal(answer.value().status)) {
            reached.refused = answer.value();
            break;
        } else {
            reached.missing = answer ? answer_text(answer.value()) : answer.error().message();
            index.clear();
        }
        const bool blocks = told && goal.can_block() && !index.empty();
        const Duration pause = blocks ? Duration::zero() : kPause;
        waiting = co_await pause_for(pause);
    }
    co_return make_error(Errc::Cancelled);
}

asio::awaitable<Result<void>> reach_all(const AgentClient& client, std::vector<WaitGoal> goals,
                                        Reached& reached) {
    for (const WaitGoal& goal : goals) {
        const auto ended = co_await reach(client, goal, reached);
        if (!ended) co_return ended;
    }
    co_return success();
}

asio::awaitable<Result<void>> reach_within(const AgentClient& client, std::vector<WaitGoal> goals,
                                           Reached& reached, Duration limit) {
    auto reaching = reach_all(client, std::move(goals), reached);
    if (limit == Duration::zero()) co_return co_await std::move(reaching);
    co_return co_await within(limit, std::move(reaching));
}

ExitCode wait(const CliArguments& arguments, CliConsole& console) {
    const auto goals = goals_of(arguments);
    if (!goals) return fail_usage(console, goals.error().message());
    const auto limit = time_flag(arguments, "timeout");
    if (!limit) return fail_usage(console, limit.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        std::string what = "waiting for";
        for (const WaitGoal& goal : goals.value()) what += " " + goal.text();
        Reached reached;
        const auto ended = run_blocking(Progress(console).during(
            what, reach_within(client, goals.value(), reached, limit.value())));
        if (ended) return ExitCode::Ok;
        if (reached.refused)
            return with_answer(
                console, client, *reached.refused,
                [](const HttpResponse&) { return ExitCode::Failed; }, "cannot wait");
        return fail(console, ExitCode::TimedOut,
                    {.what = "not reached within " + arguments.text("timeout"),
                     .cause = reached.missing,
                     .code = failure_code::kTimedOut});
    });
}

}  // namespace

CliCommand wait_command() {
    return {.path = "wait",
            .group = "operate",
            .summary = "Return when a service, a key or a leader is there.",
            .words = {},
            .words_max = 0,
            .flags = with_server_flags(
                {{"for", "GOAL", "service=NAME, key=KEY or leader; all of them", true},
                 {"passing", "N", "how many instances of a service must be passing; 1 by default"},
                 {"timeout", "TIME", "give up after this; never by default"}}),
            .examples = {"weft wait -for=service=db -passing=3 -timeout=2m",
                         "weft wait -for=leader -for=key=config/ready"},
            .run = wait};
}

}  // namespace weft::agent
