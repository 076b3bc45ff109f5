#include "api/dns/server.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/api/dns/server_testing.hpp"

namespace weft::api::testing {
namespace {

TEST_F(ServerTest, AnswersOverUdpOnEveryWorker) {
    start();
    run();
    for (std::uint16_t id = 1; id < 50; ++id) {
        Ask question = ask("many.service.consul", "A", 4096);
        question.id = id;
        const Read read = ask_udp(question);
        EXPECT_EQ(read.id, id);
        EXPECT_EQ(read.answer.size(), 40u);
    }
    expect_soon(metrics_.queries[0][0], 49);
}

TEST_F(ServerTest, AnswersABurstWithoutLoss) {
    start();
    run();
    const Socket socket(SOCK_DGRAM, address());
    constexpr std::uint16_t kCount = 100;
    const int room = 1024 * 1024;  // the answers wait at the client until it has sent all queries
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    for (std::uint16_t id = 0; id < kCount; ++id) {
        Ask question = ask("many.service.consul", "A", 4096);
        question.id = id;
        socket.send(packet_of(question));
    }
    std::set<std::uint16_t> ids;
    for (std::uint16_t i = 0; i < kCount; ++i) {
        const Bytes answer = socket.receive();
        if (answer.empty()) break;
        const Read read = read_answer(answer);
        EXPECT_EQ(read.answer.size(), 40u);
        ids.insert(read.id);
    }
    EXPECT_EQ(ids.size(), kCount) << metrics_.dropped_send->Value() << " not sent, "
                                  << metrics_.dropped_receive_buffer->Value() << " not received";
}

TEST_F(ServerTest, TellsEveryWorkerWhatIsNear) {
    DnsConfig config;
    config.sort_by_distance = true;
    config.a_record_limit = 1;
    start(config);
    server_->set_distances(std::make_shared<const Distances>(
        std::vector<Distances::Node>{{"m07", 0.001}, {"m08", 0.010}}));
    run();
    // Each has a source port of its own, by which the kernel chooses the worker.
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(ask_udp(ask("many.service.consul")).answer.at(0),
                  "many.service.consul. 0 A 10.2.0.8");
}

TEST_F(ServerTest, AnswersFromTheAddressThatWasAsked) {
    DnsConfig config;
    config.listeners = {{"0.0.0.0", 0}};
    start(config);
    run();
    // A connected socket takes answers from that address only.
    const Socket socket(SOCK_DGRAM, {*IpAddress::parse("127.0.0.3"), address().port});
    socket.send(packet_of(ask("m01.node.consul")));
    EXPECT_EQ(read_answer(socket.receive()).answer.at(0), "m01.node.consul. 0 A 10.2.0.2");
}

TEST_F(ServerTest, AnswersOverIpv6) {
    DnsConfig config;
    config.listeners = {{"::1", 0}};
    const auto opened = open(config);
    if (!opened) GTEST_SKIP() << "no IPv6 here: " << opened.error().message();
    run();
    EXPECT_EQ(ask_udp(ask("m01.node.consul")).answer.size(), 1u);
    const Socket tcp(SOCK_STREAM, address());
    tcp.send_framed(packet_of(ask("m01.node.consul")));
    EXPECT_EQ(read_answer(tcp.receive_framed()).answer.size(), 1u);
}

TEST_F(ServerTest, PipelinedQueriesInPiecesOverTcp) {
    start();
    run();
    const Socket socket(SOCK_STREAM, address());
    Bytes stream;
    for (std::uint16_t id = 0; id < 20; ++id) {
        Ask question = ask("many.service.consul", "SRV");
        question.id = id;
        const Bytes packet = packet_of(question);
        stream.push_back(static_cast<std::uint8_t>(packet.size() >> 8));
        stream.push_back(static_cast<std::uint8_t>(packet.size()));
        stream.insert(stream.end(), packet.begin(), packet.end());
    }
    for (std::size_t at = 0; at < stream.size(); at += 7)
        socket.send(
            Bytes(stream.begin() + static_cast<std::ptrdiff_t>(at),
                  stream.begin() + static_cast<std::ptrdiff_t>(std::min(at + 7, stream.size()))));
    shutdown(socket.fd(), SHUT_WR);
    for (std::uint16_t id = 0; id < 20; ++id) {
        const Read read = read_answer(socket.receive_framed());
        EXPECT_EQ(read.id, id);
        EXPECT_EQ(read.answer.size(), 40u);
    }
    EXPECT_TRUE(socket.receive().empty()) << "closed once everything was answered";
}

TEST_F(ServerTest, AClientThatDoesNotReadHoldsUpNobody) {
    start();
    run();
    const Socket slow(SOCK_STREAM, address());
    fcntl(slow.fd(), F_SETFL, O_NONBLOCK);
    const Bytes packet = packet_of(ask("many.service.consul", "SRV"));
    constexpr std::size_t kPerWrite = 500;
    const std::size_t frame_bytes = packet.size() + 2;
    Bytes frames;
    for (std::size_t i = 0; i < kPerWrite; ++i) {
        frames.push_back(0);
        frames.push_back(static_cast<std::uint8_t>(packet.size()));
        frames.insert(frames.end(), packet.begin(), packet.end());
    }
    // Until the server has stopped reading and all buffers between are full.
    std::size_t sent = 0;
    while (true) {
        pollfd writable{slow.fd(), POLLOUT, 0};
        if (poll(&writable, 1, 200) == 0) break;
        const std::size_t at = sent % frames.size();
        const ssize_t more =
            ::send(slow.fd(), frames.data() + at, frames.size() - at, MSG_NOSIGNAL);
        ASSERT_GT(more, 0);
        sent += static_cast<std::size_t>(more);
    }
    EXPECT_EQ(ask_udp(ask("m01.node.consul")).answer.size(), 1u);
    // Everything that was asked is answered once it reads; all answers have one size.
    const Bytes first = slow.receive_framed();
    EXPECT_EQ(read_answer(first).answer.size(), 40u);
    const std::size_t rest = (sent / frame_bytes - 1) * (first.size() + 2);
    EXPECT_EQ(slow.receive_exactly(rest).size(), rest);
}

TEST_F(ServerTest, OversizedAndBrokenFramesEndTheConnection) {
    start();
    run();
    const Socket oversized(SOCK_STREAM, address());
    Bytes bytes = {0xFF, 0xFF};
    const Bytes packet = packet_of(ask("m01.node.consul"));
    bytes.insert(bytes.end(), packet.begin(), packet.end());
    oversized.send(bytes);
    EXPECT_EQ(read_answer(oversized.receive_framed()).rcode, "FORMERR");
    EXPECT_TRUE(oversized.receive().empty());

    const Socket broken(SOCK_STREAM, address());
    Bytes two_questions = packet;
    two_questions[5] = 2;
    broken.send_framed(two_questions);
    EXPECT_EQ(read_answer(broken.receive_framed()).rcode, "FORMERR");
    broken.send_framed(packet);
    EXPECT_EQ(read_answer(broken.receive_framed()).rcode, "NOERROR");
}

TEST_F(ServerTest, HostileDatagramsGetNoAnswerOrFormerr) {
    start();
    run();
    const Socket socket(SOCK_DGRAM, address());
    Bytes response = packet_of(ask("m01.node.consul"));
    response[2] |= 0x80;
    socket.send(response);
    socket.send(Bytes{1, 2, 3});
    expect_soon(metrics_.dropped_no_query, 2);
    Bytes broken = packet_of(ask("m01.node.consul"));
    broken.resize(20);
    socket.send(broken);
    EXPECT_EQ(read_answer(socket.receive()).rcode, "FORMERR");
}

TEST_F(ServerTest, IdleConnectionsAreClosed) {
    DnsConfig config;
    config.tcp_idle_timeout = 50ms;
    start(config);
    run();
    const Socket socket(SOCK_STREAM, address());
    EXPECT_TRUE(socket.receive().empty());
    expect_soon(metrics_.connections_timed_out, 1);
    expect_soon(metrics_.connections, 0);
}

TEST_F(ServerTest, ConnectionsAreLimitedByClient) {
    DnsConfig config;
    config.max_tcp_connections_per_client = 2;
    start(config);
    run();
    const Socket first(SOCK_STREAM, address());
    const Socket second(SOCK_STREAM, address());
    for (const Socket* socket : {&first, &second}) {
        socket->send_framed(packet_of(ask("m01.node.consul")));
        EXPECT_EQ(read_answer(socket->receive_framed()).answer.size(), 1u);
    }
    const Socket third(SOCK_STREAM, address());
    EXPECT_TRUE(third.receive().empty());
    expect_soon(metrics_.connections_over_client_limit, 1);
}

TEST_F(ServerTest, ATakenPortIsSaidWithARemedy) {
    // Anyone on this machine may have the same port for TCP, which is opened first.
    bool names_udp = false;
    for (int tries = 0; tries < 16 && !names_udp; ++tries) {
        const Socket other(SOCK_DGRAM);
        DnsConfig config;
        config.listeners = {{"127.0.0.1", other.port()}};
        const auto opened = open(config);
        ASSERT_FALSE(opened);
        const std::string refusal = opened.error().message();
        names_udp = refusal.find(fmt::format("127.0.0.1:{} (UDP)", other.port())) != refusal.npos;
        EXPECT_NE(refusal.find("ports.dns"), refusal.npos);
    }
    EXPECT_TRUE(names_udp);
}

TEST_F(ServerTest, TwoServersCannotShareAPort) {
    start();
    DnsConfig config;
    config.listeners = {{"127.0.0.1", address().port}};
    const auto second = DnsServer::open(config, catalog_, {&first_.context()}, metrics_, logger_);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message().find("another program uses this port"), std::string::npos);
}

TEST_F(ServerTest, ReconfigureTakesEffect) {
    start();
    run();
    EXPECT_EQ(ask_udp(ask("m01.node.consul")).answer.at(0), "m01.node.consul. 0 A 10.2.0.2");
    DnsConfig config;
    config.node_ttl = 30s;
    ASSERT_TRUE(server_->reconfigure(config));
    std::string answer;
    for (int i = 0; i < 1000 && answer != "m01.node.consul. 30 A 10.2.0.2"; ++i)
        answer = ask_udp(ask("m01.node.consul")).answer.at(0);
    EXPECT_EQ(answer, "m01.node.consul. 30 A 10.2.0.2");
    config.domain = "not a domain..";
    EXPECT_FALSE(server_->reconfigure(config));
}

// Whether a recursor is the agent itself is asked of the system, which refuses to say then.
TEST_F(ServerTest, ReconfigureWithoutADescriptorLeft) {
    DnsConfig config;
    config.listeners = {{"0.0.0.0", 0}};
    start(config);
    config.recursors = {"127.0.0.9:" + std::to_string(address().port)};
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(next, 0);
    ::close(next);
    // Nothing at or above the lowest free descriptor.
    const rlimit none{static_cast<rlim_t>(next), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto changed = server_->reconfigure(config);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(changed) << changed.error().message();
}

TEST(SocketAddress, Forms) {
    EXPECT_EQ(SocketAddress::parse("192.0.2.1", 53)->str(), "192.0.2.1:53");
    EXPECT_EQ(SocketAddress::parse("192.0.2.1:5353", 53)->str(), "192.0.2.1:5353");
    EXPECT_EQ(SocketAddress::parse("2001:db8::1", 53)->str(), "[2001:db8::1]:53");
    EXPECT_EQ(SocketAddress::parse("[2001:db8::1]:5353", 53)->str(), "[2001:db8::1]:5353");
    for (const char* bad :
         {"", "host", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[::1", "[::1]x"})
        EXPECT_FALSE(SocketAddress::parse(bad, 53)) << bad;
}

}  // namespace
}  // namespace weft::api::testing
