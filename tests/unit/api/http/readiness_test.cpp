#include "api/http/readiness.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>

namespace weft::api {
namespace {

// One end of a pair of connected sockets; the other is the test's.
class Told final : public ReadyOwner {
public:
    explicit Told(Readiness& readiness) : readiness_(readiness) {
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_), 0);
        EXPECT_TRUE(readiness_.add(ends_[0], *this, EPOLLIN));
    }
    ~Told() {
        remove();
        ::close(ends_[1]);
    }

    void socket_ready(std::uint32_t events) override {
        ++times;
        last = events;
        if (when_told) when_told();
    }

    void send_byte() { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
    void watch(std::uint32_t events) { readiness_.change(ends_[0], *this, events); }
    void remove() {
        if (ends_[0] < 0) return;
        readiness_.remove(ends_[0], *this);
        ::close(ends_[0]);
        ends_[0] = -1;
    }

    int times = 0;
    std::uint32_t last = 0;
    std::function<void()> when_told;

private:
    Readiness& readiness_;
    int ends_[2];
};

TEST(Readiness, TellsOfWhatIsWatchedAsLongAsItLasts) {
    boost::asio::io_context io;
    Readiness readiness(io);
    Told one(readiness);
    Told other(readiness);
    readiness.run();
    EXPECT_EQ(one.times, 0);
    one.send_byte();
    readiness.run();
    readiness.run();
    EXPECT_EQ(one.times, 2);
    EXPECT_EQ(one.last, std::uint32_t{EPOLLIN});
    one.watch(EPOLLOUT);
    readiness.run();
    EXPECT_EQ(one.last, std::uint32_t{EPOLLOUT});
    one.watch(0);
    readiness.run();
    EXPECT_EQ(one.times, 3);
    EXPECT_EQ(other.times, 0);
}

TEST(Readiness, WhoRemovesAnotherKeepsItFromBeingTold) {
    boost::asio::io_context io;
    Readiness readiness(io);
    Told one(readiness);
    Told other(readiness);
    one.when_told = [&] { other.remove(); };
    other.when_told = [&] { one.remove(); };
    one.send_byte();
    other.send_byte();
    readiness.run();
    readiness.run();
    EXPECT_EQ((one.times > 0) + (other.times > 0), 1);
}

TEST(Readiness, ItsDescriptorIsReadableWhileASocketIsReady) {
    boost::asio::io_context io;
    Readiness readiness(io);
    Told one(readiness);
    int waits = 0;
    std::function<void()> wait = [&] {
        readiness.descriptor().async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                          [&](boost::system::error_code error) {
                                              ASSERT_FALSE(error);
                                              readiness.run();
                                              if (++waits < 3) wait();
                                          });
    };
    wait();
    one.send_byte();
    io.run_for(std::chrono::seconds(10));
    EXPECT_EQ(waits, 3);
    EXPECT_EQ(one.times, 3);
}

}  // namespace
}  // namespace weft::api
