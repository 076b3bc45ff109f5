#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "agent/base/go_duration.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/child_command.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/contended_lock.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/kv_commands.hpp"
#include "agent/cli/lock_key.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/run_blocking.hpp"

// `lock`: runs a command while it holds a lock.
namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr Duration kKillGrace = std::chrono::seconds(5);
constexpr Duration kCleanUpMost = std::chrono::seconds(10);
constexpr const char* kNotAcquired = "Shutdown triggered or timeout during lock acquisition";

struct LockWish {
    std::string prefix;
    std::vector<std::string> command;
    std::string session_name;
    std::uint64_t limit = 1;
    Duration timeout = Duration::zero();  // zero: for ever
    std::uint64_t retries = 3;
    bool pass_input = false;
    bool pass_status = false;
    bool verbose = false;
};

Result<LockWish> read_wish(const CliArguments& arguments, const CliConsole& console) {
    LockWish wish;
    const std::vector<std::string>& words = arguments.words();
    if (words.size() > 1) wish.command = child_words(arguments, console, 1);
    if (wish.command.empty())
        return make_error(Errc::InvalidArgument,
                          console.as_consul ? "Key prefix and child command must be specified"
                                            : "name a key prefix and the command to run");
    wish.prefix = lock_prefix(words[0]);
    WEFT_TRY(wish.limit, number_flag(arguments, "n", 1, 1));
    WEFT_TRY(wish.retries, number_flag(arguments, "monitor-retry", 3));
    WEFT_TRY(const auto older, time_flag(arguments, "try"));
    WEFT_TRY(wish.timeout, time_flag(arguments, "timeout", older));
    std::string line;
    for (std::size_t i = 1; i < words.size(); ++i) line += (i > 1 ? " " : "") + words[i];
    wish.session_name = arguments.text(
        "name", fmt::format("Consul lock for '{}' at '{}'", line, without_leading_slash(words[0])));
    wish.pass_input = arguments.is_on("pass-stdin");
    wish.pass_status = arguments.is_on("child-exit-code");
    wish.verbose = arguments.is_on("verbose");
    return wish;
}

// One run of the command, whose parts are coroutines of one loop.
class LockRun {
public:
    LockRun(const AgentClient& client, CliConsole& console, LockWish wish)
        : client_(client), console_(console), progress_(console), wish_(std::move(wish)) {}

    asio::awaitable<ExitCode> run();

private:
    asio::awaitable<ExitCode> with_session(AgentSession& session, SignalSource& signals);
    asio::awaitable<ExitCode> with_lock(ContendedLock& lock, AgentSession& session,
                                        SignalSource& signals);
    asio::awaitable<void> give_back(ContendedLock& lock);
    static asio::awaitable<void> clean_up(asio::awaitable<void> work, SignalSource& signals);
    ExitCode end_of(const EndedChild& ended);
    ExitCode fail_acquire(const Error& error);
    ExitCode lost_while_waiting();
    ExitCode not_acquired(int signal);
    void tell(std::string_view text) {
        if (wish_.verbose) (console_.as_consul ? console_.out : console_.err)(text);
    }

    const AgentClient& client_;
    CliConsole& console_;
    Progress progress_;
    LockWish wish_;
};

ExitCode LockRun::fail_acquire(const Error& error) {
    // Consul's asks for the agent itself first.
    const char* begin =
        is_unreachable(error) ? "Error querying Consul agent: " : "Lock acquisition failed: ";
    return fail_checked(console_, error, "lock acquisition failed", begin + error.message());
}

ExitCode LockRun::lost_while_waiting() {
    return fail(console_, ExitCode::Failed,
                {.what = "the session was lost while waiting for the lock",
                 .code = failure_code::kLost,
                 .as_consul = kNotAcquired});
}

ExitCode LockRun::not_acquired(int signal) {
    const ExitCode code = signal == 0 ? ExitCode::TimedOut : exactly(128 + signal);
    return fail(
        console_, console_.as_consul ? ExitCode::Failed : code,
        {.what = signal == 0 ? "the lock was not free within " + format_go_duration(wish_.timeout)
                             : std::string("interrupted while waiting for the lock"),
         .code = signal == 0 ? failure_code::kTimedOut : "",
         .as_consul = kNotAcquired});
}

ExitCode LockRun::end_of(const EndedChild& ended) {
    const int status = ended_status(ended);
    if (status == 0) return ExitCode::Ok;
    static_cast<void>(fail(console_, ExitCode::Failed,
                           {.what = "the command ended with " + ended_text(ended),
                            .as_consul = "Error running handler: " + ended_text(ended)}));
    if (!wish_.pass_status) return ExitCode::Ok;
    constexpr int kConsulChildFailed = 2;
    return exactly(console_.as_consul ? kConsulChildFailed : status);
}

asio::awaitable<ExitCode> LockRun::run() {
    auto signals = open_signals(co_await asio::this_coro::executor);
    if (!signals) co_return fail_start(console_, ExitCode::Failed, signals.error());
    const std::string behavior = wish_.limit > 1 ? "delete" : "";
    using namespace asio::experimental::awaitable_operators;
    std::optional<Result<AgentSession>> session;
    int signal = 0;
    auto creating = AgentSession::create(client_, wish_.session_name, behavior);
    co_await (store_result(std::move(creating), session) || first_signal(signals.value(), signal));
    const bool made = session && *session;
    if (!made && signal != 0) co_return not_acquired(signal);
    if (!made) co_return fail_acquire(session->error());
    const ExitCode code = signal != 0 ? not_acquired(signal)
                                      : co_await with_session(session->value(), signals.value());
    co_await clean_up(session->value().destroy(), signals.value());
    co_return code;
}

// What is left behind ends with the session: nobody waits long for an agent that does not answer,
// nor longer than whoever interrupts.
asio::awaitable<void> LockRun::clean_up(asio::awaitable<void> work, SignalSource& signals) {
    using namespace asio::experimental::awaitable_operators;
    int signal = 0;
    co_await (std::move(work) || pause_for(kCleanUpMost) || first_signal(signals, signal));
}

asio::awaitable<ExitCode> LockRun::with_session(AgentSession& session, SignalSource& signals) {
    using namespace asio::experimental::awaitable_operators;
    const auto lock = wish_.limit > 1
                          ? make_semaphore(client_, wish_.prefix, session.id(), wish_.limit)
                          : make_lock(client_, wish_.prefix, session.id());
    if (wish_.limit > 1)
        tell(fmt::format("Setting up semaphore (limit {}) at prefix: {}\n", wish_.limit,
                         wish_.prefix));
    else
        tell(fmt::format("Setting up lock at path: {}/.lock\n", wish_.prefix));
    tell("Attempting lock acquisition\n");
    std::optional<Result<bool>> acquired;
    std::optional<bool> lost;
    int signal = 0;
    auto waiting =
        progress_.during("waiting for the lock " + wish_.prefix, acquire(*lock, wish_.timeout));
    co_await (store_result(std::move(waiting), acquired) ||
              store_result(session.keep_alive(), lost) || first_signal(signals, signal));
    const bool held = acquired && *acquired && acquired->value();
    if (held && signal == 0) co_return co_await with_lock(*lock, session, signals);
    if (held) co_await clean_up(give_back(*lock), signals);
    if (signal == 0 && acquired && !*acquired) co_return fail_acquire(acquired->error());
    co_return lost == true ? lost_while_waiting() : not_acquired(signal);
}

asio::awaitable<ExitCode> LockRun::with_lock(ContendedLock& lock, AgentSession& session,
                                             SignalSource& signals) {
    using namespace asio::experimental::awaitable_operators;
    tell("Starting handler\n");
    SpawnSpec spec;
    spec.args = wish_.command;
    spec.environment = {{"CONSUL_LOCK_HELD", "true"}, {"WEFT_LOCK_HELD", "true"}};
    spec.input = wish_.pass_input ? 0 : -1;
    auto child = ChildProcess::start(co_await asio::this_coro::executor, spec);
    if (!child) {
        co_await clean_up(give_back(lock), signals);
        // Consul counts this as no failure.
        const ExitCode code = console_.as_consul ? ExitCode::Ok : ExitCode::Failed;
        co_return fail_start(console_, code, child.error());
    }
    int signal = 0;
    co_await (child.value().wait_end() || watch_held(lock, wish_.retries) || session.keep_alive() ||
              forward_signals(signals, child.value(), signal));
    const bool lost = !child.value().has_ended();
    if (lost) {
        static_cast<void>(fail(console_, ExitCode::Failed,
                               {.what = "the lock was lost, the command is ended",
                                .code = failure_code::kLost,
                                .as_consul = "Lock lost, killing child"}));
        co_await child.value().terminate(kKillGrace);
    } else {
        tell("Child terminated, releasing lock\n");
    }
    const auto ended = child.value().reap();
    if (!lost) co_await clean_up(give_back(lock), signals);
    if (!ended) co_return fail_start(console_, ExitCode::Failed, ended.error());
    const ExitCode code = end_of(ended.value());
    co_return lost && !console_.as_consul ? ExitCode::Failed : code;
}

asio::awaitable<void> LockRun::give_back(ContendedLock& lock) {
    const auto released = co_await lock.release();
    if (!released) console_.err("Lock release failed: " + released.error().message() + "\n");
    const auto removed = co_await lock.remove();
    if (!removed)
        console_.err("Lock cleanup failed: " + removed.error().message() + "\n");
    else
        tell(removed.value() ? "Cleanup succeeded\n" : "Cleanup aborted, lock in use\n");
}

ExitCode lock(const CliArguments& arguments, CliConsole& console) {
    const auto wish = read_wish(arguments, console);
    if (!wish) return fail_usage(console, wish.error().message(), wish.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        LockRun lock_run(client, console, wish.value());
        return run_blocking(lock_run.run());
    });
}

}  // namespace

CliCommand lock_command() {
    return {
        .path = "lock",
        .group = "data",
        .summary = "Run a command while holding a lock, or one of N places of a semaphore.",
        .words = "PREFIX COMMAND ..",
        .words_max = 10000,
        .flags = with_server_flags(
            {{"n", "N", "how many may hold it at a time; 1 by default"},
             {"timeout", "TIME", "how long to wait for it; for ever by default"},
             {"try", "TIME", "older name of -timeout"},
             {"name", "TEXT", "name of the session"},
             {"child-exit-code", "", "end with the command's status"},
             {"pass-stdin", "", "give the command this input"},
             {"monitor-retry", "N",
              "failures of the agent to ride out while holding it, a second each; 3 by default"},
             {"verbose", "", "say what is done"},
             shell_flag()}),
        .examples = {"weft lock jobs/backup ./backup.sh",
                     "weft lock -n=3 -child-exit-code jobs/import ./import.sh"},
        .run = lock,
        .command_from = 1};
}

}  // namespace weft::agent
