#include "api/dns/recursor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/unit/api/dns/server_testing.hpp"

namespace weft::api::testing {
namespace {

using RecursorTest = ServerTest;

// Answers what it gets on a UDP port, from a thread of its own.
class FakeRecursor {
public:
    using Answer = std::function<Bytes(Bytes)>;  // empty: silence

    explicit FakeRecursor(Answer answer)
        : answer_(std::move(answer)), thread_([this] { serve(); }) {}
    ~FakeRecursor() {
        stop_ = true;
        thread_.join();
    }
    std::string address() const { return fmt::format("127.0.0.1:{}", socket_.port()); }
    int asked() const { return asked_; }
    std::set<std::uint16_t> ports() const {
        const std::lock_guard lock(mutex_);
        return ports_;
    }

    // The query turned into an answer with one A record.
    static Bytes with_address(Bytes query, std::uint8_t last) {
        query[2] |= 0x80;
        query[3] |= 0x80;
        query[7] = 1;
        const Bytes record = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, last};
        query.insert(query.end(), record.begin(), record.end());
        return query;
    }
    static Bytes with_rcode(Bytes query, std::uint8_t rcode) {
        query[2] |= 0x80;
        query[3] = static_cast<std::uint8_t>(query[3] | rcode);
        return query;
    }

private:
    void serve() {
        while (!stop_) {
            if (!socket_.readable(10)) continue;
            sockaddr_in peer{};
            socklen_t peer_size = sizeof(peer);
            Bytes query(4096);
            const ssize_t size = recvfrom(socket_.fd(), query.data(), query.size(), 0,
                                          reinterpret_cast<sockaddr*>(&peer), &peer_size);
            if (size <= 0) continue;
            ++asked_;
            query.resize(static_cast<std::size_t>(size));
            {
                const std::lock_guard lock(mutex_);
                ports_.insert(ntohs(peer.sin_port));
            }
            const Bytes answer = answer_(query);
            if (!answer.empty())
                sendto(socket_.fd(), answer.data(), answer.size(), 0,
                       reinterpret_cast<sockaddr*>(&peer), peer_size);
        }
    }

    Answer answer_;
    Socket socket_{SOCK_DGRAM};
    std::atomic<bool> stop_ = false;
    std::atomic<int> asked_ = 0;
    mutable std::mutex mutex_;
    std::set<std::uint16_t> ports_;
    std::thread thread_;
};

TEST_F(RecursorTest, RecursorsAreAskedInOrderUntilOneAnswers) {
    FakeRecursor silent([](const Bytes&) { return Bytes(); });
    FakeRecursor failing([](const Bytes& query) { return FakeRecursor::with_rcode(query, 2); });
    FakeRecursor good([](const Bytes& query) { return FakeRecursor::with_address(query, 9); });
    FakeRecursor unused([](const Bytes& query) { return FakeRecursor::with_address(query, 1); });
    DnsConfig config;
    // Nothing listens on the first: its port was free a moment ago.
    const std::uint16_t closed = Socket(SOCK_DGRAM).port();
    config.recursors = {fmt::format("127.0.0.1:{}", closed), silent.address(), failing.address(),
                        good.address(), unused.address()};
    config.recursor_timeout = 500ms;
    start(config);
    run();
    Ask question = ask("WWW.example.com");
    question.id = 777;
    const Read read = ask_udp(question);
    EXPECT_EQ(read.id, 777);
    EXPECT_EQ(read.question.at(0), "WWW.example.com. A");
    EXPECT_EQ(read.answer.at(0), "WWW.example.com. 60 A 192.0.2.9");
    EXPECT_EQ(unused.asked(), 0);
    EXPECT_EQ(metrics_.recursor_timeouts->Value(), 1);
    EXPECT_EQ(metrics_.recursor_refusals->Value(), 1);
    EXPECT_EQ(metrics_.recursor_errors->Value(), 1);
    expect_soon(metrics_.recursor_in_flight, 0);
}

TEST_F(RecursorTest, WithoutAnyRecursorsAnswerTheClientGetsServfail) {
    FakeRecursor failing([](const Bytes& query) { return FakeRecursor::with_rcode(query, 5); });
    DnsConfig config;
    config.recursors = {failing.address()};
    start(config);
    run();
    const Read read = ask_udp(ask("www.example.com", "A", 1232));
    EXPECT_EQ(read.rcode, "SERVFAIL");
    EXPECT_TRUE(read.has_flag("ra"));
    EXPECT_TRUE(read.has_edns);
    EXPECT_EQ(metrics_.recursor_failed->Value(), 1);
}

TEST_F(RecursorTest, NxdomainOfARecursorIsAnAnswer) {
    FakeRecursor knows_not([](const Bytes& query) { return FakeRecursor::with_rcode(query, 3); });
    FakeRecursor unused([](const Bytes& query) { return FakeRecursor::with_address(query, 1); });
    DnsConfig config;
    config.recursors = {knows_not.address(), unused.address()};
    start(config);
    run();
    EXPECT_EQ(ask_udp(ask("www.example.com")).rcode, "NXDOMAIN");
    EXPECT_EQ(unused.asked(), 0);
}

// So answers a server that does not understand EDNS. It would be waited for in vain.
TEST_F(RecursorTest, AHeaderAloneIsARefusal) {
    FakeRecursor refuses([](const Bytes& query) {
        Bytes header = FakeRecursor::with_rcode(query, 1);
        header.resize(12);
        std::fill(header.begin() + 4, header.end(), std::uint8_t{0});
        return header;
    });
    FakeRecursor answers([](const Bytes& query) { return FakeRecursor::with_address(query, 1); });
    DnsConfig config;
    config.recursors = {refuses.address(), answers.address()};
    config.recursor_timeout = std::chrono::minutes(1);
    start(config);
    run();
    EXPECT_EQ(ask_udp(ask("www.example.com")).rcode, "NOERROR");
    EXPECT_EQ(refuses.asked(), 1);
}

TEST_F(RecursorTest, ForgedAnswersAreIgnoredAndIdsAndPortsVary) {
    std::mutex mutex;
    std::set<int> ids;
    FakeRecursor forging([&](Bytes query) {
        {
            const std::lock_guard lock(mutex);
            ids.insert(query[0] << 8 | query[1]);
        }
        query[1] ^= 1;
        return FakeRecursor::with_address(query, 66);
    });
    FakeRecursor good([](const Bytes& query) { return FakeRecursor::with_address(query, 9); });
    DnsConfig config;
    config.recursors = {forging.address(), good.address()};
    config.recursor_timeout = 300ms;
    start(config);
    run();
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(ask_udp(ask("www.example.com")).answer.at(0), "www.example.com. 60 A 192.0.2.9");
    EXPECT_EQ(metrics_.recursor_bogus->Value(), 4);
    EXPECT_GT(ids.size(), 2u);
    EXPECT_GT(forging.ports().size(), 2u);
}

TEST_F(RecursorTest, TruncatedAnswersAreFetchedByTcpForTcpClients) {
    FakeRecursor truncating([](Bytes query) {
        query[2] |= 0x82;
        return query;
    });
    DnsConfig config;
    config.recursors = {truncating.address()};
    start(config);
    run();
    const Read cut = ask_udp(ask("www.example.com"));
    EXPECT_TRUE(cut.has_flag("tc"));

    // The same port over TCP gives all of it.
    const auto port = SocketAddress::parse(truncating.address(), 0)->port;
    const Socket tcp_side(socket(AF_INET, SOCK_STREAM, 0), true);
    const int on = 1;
    setsockopt(tcp_side.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    const sockaddr_storage bound = Socket::to_sockaddr({*IpAddress::parse("127.0.0.1"), port});
    if (bind(tcp_side.fd(), reinterpret_cast<const sockaddr*>(&bound), sizeof(sockaddr_in)) != 0)
        GTEST_SKIP() << "the port is taken for TCP";
    ASSERT_EQ(listen(tcp_side.fd(), 1), 0);
    std::thread recursor([&] {
        if (!tcp_side.readable()) return;
        const Socket client(accept(tcp_side.fd(), nullptr, nullptr), true);
        client.send_framed(FakeRecursor::with_address(client.receive_framed(), 42));
    });
    const Socket client(SOCK_STREAM, address());
    client.send_framed(packet_of(ask("www.example.com")));
    EXPECT_EQ(read_answer(client.receive_framed()).answer.at(0),
              "www.example.com. 60 A 192.0.2.42");
    recursor.join();
}

TEST_F(RecursorTest, ExternalAddressesOfServicesAreResolved) {
    FakeRecursor good([](const Bytes& query) { return FakeRecursor::with_address(query, 9); });
    catalog_.change([](TestCatalog& catalog) {
        catalog.service({.node = "m01",
                         .id = {},
                         .name = "ext",
                         .address = "www.example.com",
                         .port = 80,
                         .tags = {}});
    });
    DnsConfig config;
    config.recursors = {good.address()};
    start(config);
    run();
    const Read read = ask_udp(ask("ext.service.consul"));
    EXPECT_EQ(read.answer, (std::vector<std::string>{"ext.service.consul. 0 CNAME www.example.com.",
                                                     "www.example.com. 0 A 192.0.2.9"}));
}

TEST_F(RecursorTest, RecursorsInFlightAreBounded) {
    FakeRecursor silent([](const Bytes&) { return Bytes(); });
    DnsConfig config;
    config.recursors = {silent.address()};
    config.max_recursor_queries = 1;
    config.recursor_timeout = 10s;
    start(config);
    run();
    const Socket socket(SOCK_DGRAM, address());
    socket.send(packet_of(ask("www.example.com")));
    socket.send(packet_of(ask("www.example.com")));
    EXPECT_EQ(read_answer(socket.receive()).rcode, "SERVFAIL");
    EXPECT_EQ(metrics_.recursor_rejected->Value(), 1);
}

TEST_F(RecursorTest, ItDoesNotAskItself) {
    const std::uint16_t port = Socket(SOCK_DGRAM).port();
    DnsConfig config;
    config.listeners = {{"127.0.0.1", port}};
    config.recursors = {fmt::format("127.0.0.1:{}", port)};
    const auto opened = open(config);
    if (!opened) GTEST_SKIP() << "the port was taken meanwhile";
    run();
    EXPECT_EQ(ask_udp(ask("www.example.com")).rcode, "REFUSED");
}

}  // namespace
}  // namespace weft::api::testing
