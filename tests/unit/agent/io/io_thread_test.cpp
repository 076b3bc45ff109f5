#include "agent/io/io_thread.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>

#include "tests/support/refused_threads.hpp"

namespace weft {

using ::testing::HasSubstr;

namespace {

bool is_blocked(int signal) {
    sigset_t mask;
    sigemptyset(&mask);
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, signal) == 1;
}

// Whether signals are blocked in the thread.
bool is_blocked_there(IoThread& thread, int signal) {
    std::promise<bool> answer;
    boost::asio::post(thread.context(), [&] { answer.set_value(is_blocked(signal)); });
    return answer.get_future().get();
}

}  // namespace

TEST(IoThread, SignalsAreForItsCreator) {
    IoThread thread("weft-test");
    ASSERT_TRUE(thread.start());
    EXPECT_TRUE(is_blocked_there(thread, SIGTERM));
    EXPECT_FALSE(is_blocked(SIGTERM));
}

TEST(IoThread, OneThatTheSystemRefusesIsAnErrorThatSaysWhatToDo) {
    IoThread thread("weft-test");
    const auto started = thread.start(threads_up_to(0));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::Unavailable);
    EXPECT_THAT(started.error().message(), HasSubstr("cannot start the thread weft-test: "));
    EXPECT_THAT(started.error().message(), HasSubstr("TasksMax="));
    EXPECT_FALSE(is_blocked(SIGTERM));
}

TEST(IoThread, HeldItRunsNothingBeforeItsRelease) {
    IoThread thread("weft-test");
    std::atomic<bool> has_run = false;
    boost::asio::post(thread.context(), [&] { has_run = true; });
    ASSERT_TRUE(thread.start_held());
    EXPECT_FALSE(has_run.load());
    thread.release();
    thread.join();
    EXPECT_TRUE(has_run.load());
}

TEST(IoThread, HeldItEndsWithItsOwner) {
    std::atomic<bool> has_run = false;
    {
        IoThread thread("weft-test");
        boost::asio::post(thread.context(), [&] { has_run = true; });
        ASSERT_TRUE(thread.start_held());
    }
    EXPECT_FALSE(has_run.load());
}

}  // namespace weft
