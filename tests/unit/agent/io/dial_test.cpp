#include "agent/io/dial.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "agent/io/lookups.hpp"
#include "agent/io/task_scope.hpp"
#include "tests/support/name_server.hpp"
#include "tests/support/refused_threads.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> look_up_in_scope(std::string host) {
    (void)co_await resolve(std::move(host));
}

// All that may be under way wait for an answer that does not come, one more waits for them; then
// the callers go.
asio::awaitable<Result<int>> abandon_lookups() {
    TaskScope scope(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < kLookupsAtOnce; ++i) {
        scope.spawn(look_up_in_scope(fmt::format("slow{}.test", i)));
    }
    scope.spawn(look_up_in_scope("queued.test"));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    name_server().wait_for_lookups(kLookupsAtOnce);
    co_await scope.close();
    co_return 0;
}

asio::awaitable<Result<std::vector<asio::ip::address>>> look_up_beside_a_slow_name() {
    TaskScope scope(co_await asio::this_coro::executor);
    scope.spawn(look_up_in_scope("slow.test"));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    name_server().wait_for_lookups(1);
    auto found = co_await resolve("other.test");
    co_await scope.close();
    co_return found;
}

asio::awaitable<void> note_answer(std::string host, std::vector<std::string>* answers) {
    const auto found = co_await resolve(std::move(host));
    answers->push_back(found ? "found" : found.error().message());
}

// Many wait for a name that is not answered, and one of them goes; then it is answered.
asio::awaitable<Result<std::vector<std::string>>> look_up_one_name_often() {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::string> answers;
    TaskScope goes(executor);
    TaskScope stays(executor);
    goes.spawn(note_answer("slow.test", &answers));
    for (std::size_t i = 0; i < 2 * kLookupsAtOnce; ++i) {
        stays.spawn(note_answer("slow.test", &answers));
    }
    const auto other = co_await resolve("other.test");
    answers.push_back(other.error().message());
    co_await goes.close();
    name_server().set_stuck(false);
    while (stays.running() > 0) co_await asio::post(executor, asio::use_awaitable);
    co_await stays.close();
    co_return answers;
}

asio::awaitable<Result<std::vector<std::string>>> look_up_together(std::vector<std::string> names) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::string> answers;
    TaskScope scope(executor);
    for (const std::string& name : names) scope.spawn(note_answer(name, &answers));
    while (scope.running() > 0) co_await asio::post(executor, asio::use_awaitable);
    co_await scope.close();
    co_return answers;
}

}  // namespace

TEST(Dial, ANameIsLookedUpOnceForAllWhoWait) {
    name_server().forget();
    name_server().set_stuck(true);
    asio::io_context context(1);
    const auto answers = run(context, look_up_one_name_often());
    std::vector<std::string> expected(2 + 2 * kLookupsAtOnce, "lookup slow.test: no such host");
    expected[0] = "lookup other.test: no such host";
    expected[1] = "lookup slow.test: cancelled";
    EXPECT_EQ(answers.value(), expected);
    EXPECT_THAT(name_server().names(), ::testing::UnorderedElementsAre("slow.test", "other.test"));

    // The answer is not kept.
    EXPECT_FALSE(run(context, resolve("slow.test")));
    EXPECT_EQ(name_server().names().size(), 3U);
}

TEST(Dial, ADeadNameDoesNotHoldUpOthers) {
    name_server().set_stuck(true);
    asio::io_context context(1);
    const auto other = run(context, look_up_beside_a_slow_name());
    name_server().set_stuck(false);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().message(), "lookup other.test: no such host");
}

TEST(Dial, LookupsThatNobodyWaitsForAreNotMade) {
    name_server().forget();
    name_server().set_stuck(true);
    asio::io_context context(1);
    ASSERT_TRUE(run(context, abandon_lookups()));
    name_server().set_stuck(false);
    const auto last = run(context, resolve("last.test"));
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().message(), "lookup last.test: no such host");
    const auto names = name_server().names();
    EXPECT_EQ(names.size(), kLookupsAtOnce + 1);
    EXPECT_THAT(names, ::testing::Contains("last.test"));
    EXPECT_THAT(names, ::testing::Not(::testing::Contains("queued.test")));
}

TEST(Dial, WithFewThreadsNamesWaitForTheirTurn) {
    name_server().forget();
    asio::io_context context(1);
    asio::make_service<Lookups>(context, threads_up_to(1));
    const auto answers = run(context, look_up_together({"a.test", "b.test", "c.test"}));
    EXPECT_THAT(answers.value(), ::testing::UnorderedElementsAre("lookup a.test: no such host",
                                                                 "lookup b.test: no such host",
                                                                 "lookup c.test: no such host"));
}

TEST(Dial, WithoutAThreadALookupIsAnError) {
    name_server().forget();
    asio::io_context context(1);
    asio::make_service<Lookups>(context, threads_up_to(0));
    for (int i = 0; i < 2; ++i) {
        const auto found = run(context, resolve("a.test"));
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, Errc::Unavailable);
        EXPECT_THAT(found.error().message(),
                    ::testing::StartsWith("lookup a.test: cannot start the thread weft-lookup: "));
    }
    EXPECT_THAT(name_server().names(), ::testing::IsEmpty());
}

TEST(Dial, AddressesAreNotLookedUp) {
    asio::io_context context(1);
    const auto addresses = run(context, resolve("::1"));
    ASSERT_TRUE(addresses);
    ASSERT_EQ(addresses.value().size(), 1U);
    EXPECT_TRUE(addresses.value()[0].is_loopback());
}

TEST(Dial, SplitsHostAndPort) {
    EXPECT_EQ(split_host_port("[::1]:80").value(), (HostPort{"::1", "80"}));
    EXPECT_EQ(split_host_port("web:http").value(), (HostPort{"web", "http"}));
    EXPECT_EQ(split_host_port("web").error().message(), "address web: missing port in address");
    EXPECT_EQ(split_host_port("::1:80").error().message(),
              "address ::1:80: too many colons in address");
    EXPECT_EQ(join_host_port({"::1", "80"}), "[::1]:80");
}

}  // namespace weft
