#include "agent/io/dial.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <netdb.h>

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>

#include "agent/io/task_scope.hpp"
#include "tests/support/run_coroutine.hpp"

namespace {

// A name server for names that end in ".test": it notes them, knows none, and keeps "slow.test"
// waiting while it is told to.
class NameServer {
public:
    int look_up(const char* name) {
        std::unique_lock lock(mutex_);
        names_.emplace_back(name);
        changed_.notify_all();
        if (names_.back() == "slow.test") changed_.wait(lock, [this] { return !stuck_; });
        return EAI_NONAME;
    }
    void set_stuck(bool stuck) {
        const std::scoped_lock lock(mutex_);
        stuck_ = stuck;
        changed_.notify_all();
    }
    void wait_for_lookups(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this, count] { return names_.size() >= count; });
    }
    void forget() {
        const std::scoped_lock lock(mutex_);
        names_.clear();
    }
    std::vector<std::string> names() {
        const std::scoped_lock lock(mutex_);
        return names_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> names_;
    bool stuck_ = false;
};

NameServer& name_server() {
    static NameServer server;
    return server;
}

}  // namespace

// Stands before the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
    if (name != nullptr && std::string_view(name).ends_with(".test"))
        return name_server().look_up(name);
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return system(name, service, hints, result);
}

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
    for (std::size_t i = 0; i < kLookupsAtOnce; ++i) scope.spawn(look_up_in_scope("slow.test"));
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

}  // namespace

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
    std::vector<std::string> expected(kLookupsAtOnce, "slow.test");
    expected.emplace_back("last.test");
    EXPECT_EQ(name_server().names(), expected);
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
