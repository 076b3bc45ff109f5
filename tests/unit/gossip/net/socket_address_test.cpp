#include "gossip/net/socket_address.hpp"

#include <gtest/gtest.h>

#include <set>

#include "agent/io/asio_address.hpp"
#include "gossip/net/nonce_source.hpp"

namespace weft::gossip {
namespace {

Endpoint at(std::string_view address) {
    return {*IpAddress::parse(address), 7946};
}

// There and back through a socket of that family.
std::string carried(std::string_view address, bool is_v6_socket) {
    const auto socket_address = to_socket_address(at(address), is_v6_socket);
    return socket_address ? to_endpoint(socket_address->bytes).str() : "unreachable";
}

}  // namespace

TEST(SocketAddress, BothFormsOfIPv4AreOneToTheKernel) {
    EXPECT_EQ(carried("192.0.2.1", false), "192.0.2.1:7946");
    EXPECT_EQ(carried("192.0.2.1", true), "192.0.2.1:7946");
    EXPECT_EQ(carried("::ffff:192.0.2.1", false), "192.0.2.1:7946");
    EXPECT_EQ(carried("::ffff:192.0.2.1", true), "192.0.2.1:7946");
}

TEST(SocketAddress, IPv6NeedsASocketOfItsOwn) {
    EXPECT_EQ(carried("2001:db8::1", true), "[2001:db8::1]:7946");
    EXPECT_EQ(carried("2001:db8::1", false), "unreachable");
}

TEST(SocketAddress, AsioAgrees) {
    for (const auto address : {"192.0.2.1", "2001:db8::1"}) {
        EXPECT_EQ(to_asio(at(address).address).to_string(), address);
        EXPECT_EQ(to_endpoint({to_asio(at(address).address), 7946}), at(address));
    }
    EXPECT_EQ(to_endpoint({boost::asio::ip::make_address("::ffff:192.0.2.1"), 7946}),
              at("192.0.2.1"));
}

TEST(NonceSource, NoneComesTwice) {
    NonceSource nonces;
    std::set<Keyring::Nonce> seen;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(nonces.next()).second);
}

}  // namespace weft::gossip
