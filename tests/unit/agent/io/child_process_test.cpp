#include "agent/io/child_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>

#include "agent/io/run_blocking.hpp"
#include "agent/io/signal_source.hpp"

namespace weft {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<EndedChild>> run_to_end(SpawnSpec spec) {
    auto child = ChildProcess::start(co_await asio::this_coro::executor, spec);
    if (!child) co_return child.error();
    co_await child.value().wait_end();
    co_return child.value().reap();
}

TEST(ChildProcess, EndsWithItsStatus) {
    SpawnSpec spec;
    spec.args = {"sh", "-c", "exit 7"};
    const auto ended = run_blocking(run_to_end(spec));
    ASSERT_TRUE(ended);
    EXPECT_FALSE(ended.value().by_signal);
    EXPECT_EQ(ended.value().code, 7);
}

TEST(ChildProcess, ReadsTheTextItIsGivenAndSeesItsEnvironment) {
    const std::string text(200000, 'x');  // more than a pipe holds
    const auto input = file_of_text(text);
    ASSERT_TRUE(input);
    SpawnSpec spec;
    spec.args = {"sh", "-c", "test $(wc -c) = $WANTED"};
    spec.environment = {{"WANTED", "200000"}};
    spec.input = input.value();
    const auto ended = run_blocking(run_to_end(spec));
    ::close(input.value());
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended.value().code, 0);
}

TEST(ChildProcess, WhatCannotBeStartedIsAnError) {
    SpawnSpec spec;
    spec.args = {"/no/such"};
    const auto ended = run_blocking(run_to_end(spec));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().message(), "fork/exec /no/such: no such file or directory");
}

asio::awaitable<Result<EndedChild>> start_and_terminate(SpawnSpec spec) {
    auto child = ChildProcess::start(co_await asio::this_coro::executor, spec);
    if (!child) co_return child.error();
    co_await child.value().terminate(std::chrono::seconds(60));
    co_return child.value().reap();
}

TEST(ChildProcess, IsTerminated) {
    SpawnSpec spec;
    spec.args = {"sleep", "1000"};
    const auto ended = run_blocking(start_and_terminate(spec));
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended.value().by_signal);
    EXPECT_EQ(ended.value().code, SIGTERM);
}

Result<SignalSource> source_of(const asio::any_io_executor& executor, int number) {
    return SignalSource::open(executor, {number});
}

asio::awaitable<Result<ReceivedSignal>> signal_to_self(int number) {
    auto source = source_of(co_await asio::this_coro::executor, number);
    if (!source) co_return source.error();
    ::raise(number);
    co_return co_await source.value().next();
}

TEST(SignalSource, HandsOverWhatOthersSend) {
    const auto received = run_blocking(signal_to_self(SIGUSR2));
    ASSERT_TRUE(received);
    EXPECT_EQ(received.value().number, SIGUSR2);
    EXPECT_FALSE(received.value().from_terminal);
}

}  // namespace
}  // namespace weft
