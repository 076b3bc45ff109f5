#include "gossip/net/udp_socket.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "gossip/net/net_sockets.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft::gossip {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

Endpoint at(std::string_view address, int port = 0) {
    return {*IpAddress::parse(address), static_cast<std::uint16_t>(port)};
}

struct Heard {
    std::vector<std::pair<Endpoint, std::string>> datagrams;
    std::vector<Endpoint> unreachable;
};

asio::awaitable<Result<Heard>> hear(UdpSocket& socket, std::size_t datagrams,
                                    std::size_t unreachable) {
    Heard heard;
    while (heard.datagrams.size() < datagrams || heard.unreachable.size() < unreachable) {
        const auto error = co_await socket.wait();
        if (error) co_return make_error(Errc::Cancelled);
        const auto received = socket.receive();
        for (const auto& datagram : received.datagrams)
            heard.datagrams.emplace_back(datagram.peer, datagram.bytes);
        heard.unreachable.insert(heard.unreachable.end(), received.unreachable.begin(),
                                 received.unreachable.end());
    }
    co_return heard;
}

asio::awaitable<Result<int>> ready(UdpSocket& socket) {
    const auto error = co_await socket.wait();
    if (error) co_return make_error(Errc::Cancelled);
    co_return 0;
}

class UdpSocketTest : public testing::Test {
protected:
    std::unique_ptr<UdpSocket> open(std::string_view address, NetCounters& counters) {
        auto opened = UdpSocket::open(context_.get_executor(), at(address), counters);
        EXPECT_TRUE(opened) << opened.error().message();
        return std::move(opened.value());
    }
    // A port of that address where nobody listens.
    Endpoint dead(std::string_view address) {
        NetCounters ignored;
        return open(address, ignored)->local();
    }
    Heard hear(UdpSocket& socket, std::size_t datagrams, std::size_t unreachable = 0) {
        auto heard = run(context_, within(10s, gossip::hear(socket, datagrams, unreachable)));
        EXPECT_TRUE(heard) << heard.error().message();
        return heard ? heard.value() : Heard{};
    }
    void wait_ready(UdpSocket& socket) { EXPECT_TRUE(run(context_, within(10s, ready(socket)))); }

    asio::io_context context_{1};
    NetCounters a_counters_;
    NetCounters b_counters_;
};

void send(UdpSocket& socket, const Endpoint& to, std::string_view bytes) {
    const UdpSocket::Datagram datagram{to, bytes};
    socket.send({&datagram, 1});
}

}  // namespace

TEST_F(UdpSocketTest, CarriesDatagramsBothWays) {
    for (const auto address : {"127.0.0.1", "::1"}) {
        const auto a = open(address, a_counters_);
        const auto b = open(address, b_counters_);
        send(*a, b->local(), "ping");
        const auto ping = hear(*b, 1).datagrams;
        ASSERT_EQ(ping.size(), 1u);
        EXPECT_EQ(ping[0].first, a->local());
        EXPECT_EQ(ping[0].second, "ping");
        send(*b, ping[0].first, "ack");
        EXPECT_EQ(hear(*a, 1).datagrams.at(0).second, "ack");
    }
    EXPECT_EQ(a_counters_.datagrams_sent, 2u);
    EXPECT_EQ(a_counters_.datagram_bytes_sent, 8u);
    EXPECT_EQ(a_counters_.datagrams_received, 2u);
    EXPECT_EQ(a_counters_.datagram_bytes_received, 6u);
}

TEST_F(UdpSocketTest, OneBoundToAllAddressesSpeaksBothFamilies) {
    const auto all = open("::", a_counters_);
    const auto v4 = open("127.0.0.1", b_counters_);
    const auto v6 = open("::1", b_counters_);
    send(*v4, at("127.0.0.1", all->local().port), "four");
    send(*v6, at("::1", all->local().port), "six");
    const auto heard = hear(*all, 2).datagrams;
    ASSERT_EQ(heard.size(), 2u);
    EXPECT_EQ(heard[0].first, v4->local());
    EXPECT_EQ(heard[1].first, v6->local());
    send(*all, v4->local(), "back");
    EXPECT_EQ(hear(*v4, 1).datagrams.at(0).second, "back");
    // As Go peers write it.
    send(*all, at("::ffff:127.0.0.1", v4->local().port), "mapped");
    EXPECT_EQ(hear(*v4, 1).datagrams.at(0).second, "mapped");
}

TEST_F(UdpSocketTest, AnIPv4SocketKnowsTheLongFormAndCountsWhatItCannotReach) {
    const auto a = open("127.0.0.1", a_counters_);
    const auto b = open("127.0.0.1", b_counters_);
    send(*a, at("::ffff:127.0.0.1", b->local().port), "mapped");
    EXPECT_EQ(hear(*b, 1).datagrams.at(0).second, "mapped");
    send(*a, at("::1", b->local().port), "never");
    EXPECT_EQ(a_counters_.datagrams_unsent, 1u);
    EXPECT_EQ(a_counters_.datagrams_sent, 1u);
}

TEST_F(UdpSocketTest, TakesTheLargestDatagramWhole) {
    const auto a = open("127.0.0.1", a_counters_);
    const auto b = open("127.0.0.1", b_counters_);
    const std::string large(65'507, 'x');
    send(*a, b->local(), large);
    EXPECT_EQ(hear(*b, 1).datagrams.at(0).second, large);
    // The kernel refuses one that is larger, and takes the next.
    const std::string too_large(65'508, 'x');
    const UdpSocket::Datagram two[] = {{b->local(), too_large}, {b->local(), "next"}};
    a->send(two);
    EXPECT_EQ(hear(*b, 1).datagrams.at(0).second, "next");
    EXPECT_EQ(a_counters_.datagrams_unsent, 1u);
}

TEST_F(UdpSocketTest, ReadsAndSendsInBatches) {
    const auto a = open("127.0.0.1", a_counters_);
    const auto b = open("127.0.0.1", b_counters_);
    const std::vector<UdpSocket::Datagram> many(2 * UdpSocket::kBatch + 3, {b->local(), "x"});
    a->send(many);
    EXPECT_EQ(a_counters_.datagrams_sent, many.size());
    wait_ready(*b);
    auto received = b->receive();
    EXPECT_EQ(received.datagrams.size(), UdpSocket::kBatch);
    EXPECT_TRUE(received.may_have_more);
    EXPECT_EQ(b->receive().datagrams.size(), UdpSocket::kBatch);
    received = b->receive();
    EXPECT_EQ(received.datagrams.size(), 3u);
    EXPECT_FALSE(received.may_have_more);
    EXPECT_EQ(b->receive().datagrams.size(), 0u);
}

TEST_F(UdpSocketTest, HearsWhereNobodyListens) {
    for (const auto address : {"127.0.0.1", "::1"}) {
        const auto a = open(address, a_counters_);
        const Endpoint gone[] = {dead(address), dead(address)};
        send(*a, gone[0], "anybody?");
        EXPECT_EQ(hear(*a, 0, 1).unreachable, std::vector(1, gone[0]));
        send(*a, gone[1], "anybody?");
        EXPECT_EQ(hear(*a, 0, 1).unreachable, std::vector(1, gone[1]));
    }
    EXPECT_EQ(a_counters_.ports_unreachable, 4u);
}

TEST_F(UdpSocketTest, OneBoundToAllAddressesHearsItOfBothFamilies) {
    const auto all = open("::", a_counters_);
    for (const auto address : {"127.0.0.1", "::1"}) {
        const Endpoint gone = dead(address);
        send(*all, gone, "anybody?");
        EXPECT_EQ(hear(*all, 0, 1).unreachable, std::vector(1, gone)) << address;
    }
}

TEST_F(UdpSocketTest, ARefusalCostsNoDatagram) {
    const auto a = open("127.0.0.1", a_counters_);
    const auto b = open("127.0.0.1", b_counters_);
    const Endpoint gone = dead("127.0.0.1");

    // One that has come already is read behind it.
    send(*a, gone, "anybody?");
    wait_ready(*a);
    send(*b, a->local(), "here");
    auto heard = hear(*a, 1, 1);
    EXPECT_EQ(heard.unreachable, std::vector(1, gone));
    EXPECT_EQ(heard.datagrams.at(0).second, "here");

    // One that is sent meanwhile is sent, and the refusal is not forgotten.
    send(*a, gone, "anybody?");
    wait_ready(*a);
    send(*a, b->local(), "hello");
    EXPECT_EQ(hear(*b, 1).datagrams.at(0).second, "hello");
    EXPECT_EQ(hear(*a, 0, 1).unreachable, std::vector(1, gone));
    EXPECT_EQ(a_counters_.datagrams_unsent, 0u);
}

TEST_F(UdpSocketTest, CountsWhatTheKernelHadNoRoomFor) {
    const auto a = open("127.0.0.1", a_counters_);
    const auto b = open("127.0.0.1", b_counters_);
    EXPECT_GE(b->receive_buffer_bytes(), 64u << 10);
    const std::string large(60'000, 'x');
    const std::vector<UdpSocket::Datagram> flood(
        b->receive_buffer_bytes() / large.size() + UdpSocket::kBatch, {b->local(), large});
    a->send(flood);
    std::size_t heard = 0;
    wait_ready(*b);
    while (const auto size = b->receive().datagrams.size()) heard += size;
    ASSERT_LT(heard, flood.size());
    send(*a, b->local(), "the kernel tells with the next");
    hear(*b, 1);
    EXPECT_EQ(heard + b_counters_.datagrams_lost, flood.size());
}

TEST_F(UdpSocketTest, UdpAndTcpHaveOnePort) {
    for (const auto address : {"127.0.0.1", "::1", "0.0.0.0", "::"}) {
        const auto sockets = open_sockets(context_.get_executor(), at(address), a_counters_);
        ASSERT_TRUE(sockets) << sockets.error().message();
        EXPECT_NE(sockets.value().local.port, 0);
        EXPECT_EQ(sockets.value().udp->local(), sockets.value().local);
        EXPECT_EQ(sockets.value().tcp.local_endpoint().port(), sockets.value().local.port);

        const auto again =
            open_sockets(context_.get_executor(), sockets.value().local, a_counters_);
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().message(),
                  "gossip cannot listen on " + sockets.value().local.str() +
                      " (UDP): address already in use: another program uses this port; stop it, or "
                      "choose another address or port");
    }
    const auto nowhere = open_sockets(context_.get_executor(), at("192.0.2.1"), a_counters_);
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().message(),
              "gossip cannot listen on 192.0.2.1:0 (UDP): cannot assign requested address: this "
              "machine has no such address");
}

}  // namespace weft::gossip
