#include "agent/runtime/notify.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace weft::agent {
namespace {

using ::testing::HasSubstr;

// systemd's end of the socket, in the abstract namespace.
class FakeSystemd {
public:
    FakeSystemd() : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)), 0);
        socklen_t size = sizeof address;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        name_ = "@" + std::string(address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
        ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
    }
    ~FakeSystemd() { ::close(socket_); }

    std::string receive() const {
        std::string text(512, '\0');
        const auto size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return text;
    }

private:
    int socket_;
    std::string name_;
};

TEST(ServiceNotifier, TellsSystemdAndHidesTheSocketFromChildren) {
    const FakeSystemd systemd;
    ::setenv("WATCHDOG_USEC", "2000000", 1);
    const ServiceNotifier notifier;
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
    ASSERT_TRUE(notifier.watchdog_interval().has_value());
    EXPECT_EQ(*notifier.watchdog_interval(), std::chrono::seconds(2));
    notifier.ready("serving");
    EXPECT_THAT(systemd.receive(), HasSubstr("READY=1\nSTATUS=serving"));
    notifier.reloading();
    EXPECT_THAT(systemd.receive(), HasSubstr("RELOADING=1\nMONOTONIC_USEC="));
    notifier.alive();
    EXPECT_EQ(systemd.receive(), "WATCHDOG=1");
    notifier.stopping();
    EXPECT_THAT(systemd.receive(), HasSubstr("STOPPING=1"));
}

TEST(ServiceNotifier, IsSilentWithoutSystemd) {
    ::unsetenv("NOTIFY_SOCKET");
    const ServiceNotifier notifier;
    EXPECT_FALSE(notifier.watchdog_interval().has_value());
    notifier.ready("serving");
}

}  // namespace
}  // namespace weft::agent
