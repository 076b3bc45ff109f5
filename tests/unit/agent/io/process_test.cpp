#include "agent/io/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdlib>

#include "agent/io/child_process.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/task_scope.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

ProcessSpec shell(std::string script) {
    ProcessSpec spec;
    spec.args = {"/bin/sh", "-c", std::move(script)};
    return spec;
}

Result<ProcessResult> run_spec(ProcessSpec spec) {
    asio::io_context context(1);
    return run(context, run_process(std::move(spec)));
}

bool exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

asio::awaitable<void> run_in_scope(ProcessSpec spec, std::string* output) {
    auto result = co_await run_process(std::move(spec));
    if (result) *output = result.value().output;
}

asio::awaitable<Result<int>> cancel_a_program(std::string* output) {
    TaskScope scope(co_await asio::this_coro::executor);
    scope.spawn(run_in_scope(shell("trap '' TERM; echo $$; while :; do sleep 1; done"), output));
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(200ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_await scope.close();
    co_return 0;
}

}  // namespace

TEST(Process, MergesOutputAndTellsTheExitStatus) {
    const auto result = run_spec(shell("echo out; echo err >&2; exit 3"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().end, ProcessEnd::Exited);
    EXPECT_EQ(result.value().code, 3);
    EXPECT_EQ(result.value().output, "out\nerr\n");
}

TEST(Process, TellsTheSignalThatEndedIt) {
    const auto result = run_spec(shell("kill -9 $$"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().end, ProcessEnd::Signalled);
    EXPECT_EQ(result.value().code, SIGKILL);
}

TEST(Process, MissingProgramsAreErrorsInGosWords) {
    ProcessSpec spec;
    spec.args = {"/no/such/program"};
    EXPECT_EQ(run_spec(spec).error().message(),
              "fork/exec /no/such/program: no such file or directory");
    spec.args = {"no-such-program-at-all"};
    EXPECT_EQ(run_spec(spec).error().message(),
              "exec: \"no-such-program-at-all\": executable file not found in $PATH");
}

TEST(Process, PassesItsEnvironmentOn) {
    auto spec = shell("echo $WEFT_TEST_VALUE");
    spec.environment.emplace_back("WEFT_TEST_VALUE", "yes");
    EXPECT_EQ(run_spec(spec).value().output, "yes\n");
}

TEST(Process, ReadsTheInputThatItIsGiven) {
    const auto input = file_of_text("one\ntwo\n");
    ASSERT_TRUE(input);
    ProcessSpec spec = shell("cat; echo end");
    spec.input = input.value();
    EXPECT_EQ(run_spec(spec).value().output, "one\ntwo\nend\n");
    ::close(input.value());
    EXPECT_EQ(run_spec(shell("cat; echo end")).value().output, "end\n");
}

TEST(Process, InheritsNoFileButItsOutput) {
    asio::io_context context(1);
    asio::ip::tcp::acceptor listener(context, {asio::ip::make_address("127.0.0.1"), 0});
    // The shell's glob opens the folder: one number besides 0, 1 and 2.
    const auto result = run_spec(shell("echo /proc/self/fd/*"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().output,
              "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
}

TEST(Process, AnEndThatTheKernelHidesIsAnError) {
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    const auto result = run_spec(shell("exit 3"));
    ::signal(SIGCHLD, before);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::Io);
}

TEST(Process, AFloodIsBoundedToItsTail) {
    auto spec = shell("head -c 5000000 /dev/zero | tr '\\0' x; echo end");
    spec.output_max = 1000;
    const auto result = run_spec(spec);
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().output.size(), 1000u);
    EXPECT_TRUE(result.value().output.ends_with("xend\n"));
    EXPECT_EQ(result.value().output_total, 5000004u);
}

TEST(Process, ATimeoutKillsTheWholeGroup) {
    auto spec =
        shell("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait");
    spec.timeout = 300ms;
    spec.kill_grace = 50ms;
    const auto result = run_spec(spec);
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().end, ProcessEnd::TimedOut);
    const auto grandchild = static_cast<pid_t>(std::atoi(result.value().output.c_str()));
    ASSERT_GT(grandchild, 1);
    const Instant limit = now() + 10s;
    // The grandchild is killed but reaped by another: wait until its entry went, or is a zombie's.
    while (exists(grandchild) && now() < limit) {
        const auto state =
            run_spec(shell("ps -o stat= -p " + std::to_string(grandchild) + " || true"));
        if (state.value().output.empty() || state.value().output.starts_with('Z')) break;
    }
    EXPECT_LT(now(), limit);
}

TEST(Process, ClosingItsOutputDoesNotEndTheWait) {
    const auto result = run_spec(shell("exec >&- 2>&-; sleep 0.2; exit 4"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().code, 4);
}

TEST(Process, SomebodyWhoKeepsTheOutputOpenIsNotWaitedFor) {
    const Instant start = now();
    const auto result = run_spec(shell("sleep 3 & echo started"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result.value().output, "started\n");
    EXPECT_LT(now() - start, 2s);
}

TEST(Process, CancellationKillsAndReaps) {
    asio::io_context context(1);
    std::string output;
    ASSERT_TRUE(run(context, cancel_a_program(&output)));
    const auto pid = static_cast<pid_t>(std::atoi(output.c_str()));
    ASSERT_GT(pid, 1);
    EXPECT_FALSE(exists(pid));
}

}  // namespace weft
