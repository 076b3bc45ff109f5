#include "agent/runtime/watch_runner.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

OwnApi api_of(std::vector<api::HttpListener> listeners, const std::vector<std::uint16_t>& ports) {
    api::HttpConfig config;
    config.listeners = std::move(listeners);
    auto found = own_api(config, ports);
    EXPECT_TRUE(found) << found.error().message();
    return found ? std::move(found.value()) : OwnApi();
}

api::HttpListener at(const std::string& address, bool tls = false) {
    api::HttpListener listener;
    listener.address = address;
    listener.tls = tls;
    return listener;
}

TEST(OwnApi, IsTheFirstListenerWithoutTls) {
    EXPECT_EQ(api_of({at("10.0.0.7"), at("127.0.0.1")}, {8500, 8500}).base, "http://10.0.0.7:8500");
    const OwnApi plain = api_of({at("10.0.0.7", true), at("127.0.0.1")}, {8501, 4000});
    EXPECT_EQ(plain.base, "http://127.0.0.1:4000");
    EXPECT_EQ(plain.tls, nullptr);
    const OwnApi secure = api_of({at("10.0.0.7", true)}, {8501});
    EXPECT_EQ(secure.base, "https://10.0.0.7:8501");
    EXPECT_NE(secure.tls, nullptr);
}

TEST(OwnApi, ListenersOnAllAddressesAreAskedAtLoopback) {
    EXPECT_EQ(api_of({at("0.0.0.0")}, {8500}).base, "http://127.0.0.1:8500");
    EXPECT_EQ(api_of({at("::")}, {8500}).base, "http://[::1]:8500");
    EXPECT_EQ(api_of({at("2001:db8::7")}, {8500}).base, "http://[2001:db8::7]:8500");
}

TEST(OwnApi, MayBeAUnixSocket) {
    api::HttpListener socket;
    socket.unix_path = "/run/weft.sock";
    const OwnApi own = api_of({socket}, {0});
    EXPECT_EQ(own.base, "http://localhost");
    EXPECT_EQ(own.unix_socket, "/run/weft.sock");
}

TEST(OwnApi, NeedsAListener) {
    EXPECT_FALSE(own_api(api::HttpConfig(), {}));
}

}  // namespace
}  // namespace weft::agent
