#include "api/dns/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spdlog/sinks/null_sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "agent/io/io_thread.hpp"
#include "tests/unit/api/dns/dns_testing.hpp"

namespace weft::api::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kPatienceMs = 10'000;

// A blocking socket that gives up after kPatienceMs.
class Socket {
public:
    Socket(int type, const SocketAddress& peer) : fd_(open(type, peer.ip)) {
        sockaddr_storage address = to_sockaddr(peer);
        EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(sockaddr_in6)), 0);
    }
    // Bound to a free port, for fake recursors.
    explicit Socket(int type) : fd_(open(type, *IpAddress::parse("127.0.0.1"))) {
        sockaddr_storage address = to_sockaddr({*IpAddress::parse("127.0.0.1"), 0});
        EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(sockaddr_in)), 0);
    }
    explicit Socket(int fd, bool) : fd_(fd) {}
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    int fd() const { return fd_; }
    std::uint16_t port() const {
        sockaddr_in address{};
        socklen_t size = sizeof(address);
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }
    void send(const Bytes& bytes) const {
        EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void send_framed(const Bytes& message) const {
        Bytes framed = {static_cast<std::uint8_t>(message.size() >> 8),
                        static_cast<std::uint8_t>(message.size())};
        framed.insert(framed.end(), message.begin(), message.end());
        send(framed);
    }
    bool readable(int patience_ms = kPatienceMs) const {
        pollfd poll_fd{fd_, POLLIN, 0};
        return poll(&poll_fd, 1, patience_ms) == 1;
    }
    // Empty: end of stream, or nothing came.
    Bytes receive() const {
        Bytes bytes(65536);
        if (!readable()) return {};
        const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    Bytes receive_exactly(std::size_t size) const {
        Bytes bytes(size);
        std::size_t there = 0;
        while (there < size && readable()) {
            const ssize_t more = recv(fd_, bytes.data() + there, size - there, 0);
            if (more <= 0) break;
            there += static_cast<std::size_t>(more);
        }
        bytes.resize(there);
        return bytes;
    }
    Bytes receive_framed() const {
        const Bytes length = receive_exactly(2);
        if (length.size() != 2) return {};
        return receive_exactly(static_cast<std::size_t>(length[0] << 8 | length[1]));
    }

    static sockaddr_storage to_sockaddr(const SocketAddress& address) {
        sockaddr_storage storage{};
        const auto bytes = address.ip.bytes();
        if (address.ip.is_v4()) {
            auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(address.port);
            std::memcpy(&v4->sin_addr, bytes.data(), 4);
        } else {
            auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(address.port);
            std::memcpy(&v6->sin6_addr, bytes.data(), 16);
        }
        return storage;
    }

private:
    static int open(int type, const IpAddress& ip) {
        return socket(ip.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0);
    }

    int fd_;
};

class SharedCatalog final : public DnsCatalog {
public:
    agent::View view() const override {
        const std::lock_guard lock(mutex_);
        return catalog_.view();
    }
    void change(const std::function<void(TestCatalog&)>& function) {
        const std::lock_guard lock(mutex_);
        function(catalog_);
    }

private:
    mutable std::mutex mutex_;
    TestCatalog catalog_;
};

// A server on two workers.
class ServerTest : public ::testing::Test {
protected:
    void SetUp() override {
        catalog_.change([](TestCatalog& catalog) {
            for (int i = 0; i < 40; ++i) {
                const std::string node = fmt::format("m{:02}", i);
                catalog.node(node, fmt::format("10.2.0.{}", i + 1));
                catalog.service({.node = node,
                                 .id = {},
                                 .name = "many",
                                 .address = {},
                                 .port = 1000 + i,
                                 .tags = {}});
            }
        });
    }
    void TearDown() override {
        if (server_) server_->close();
        // What close() posted has to run before catalog and metrics go.
        run();
        first_.join();
        second_.join();
    }

    Result<void> open(DnsConfig config) {
        if (config.listeners.empty()) config.listeners = {{"127.0.0.1", 0}};
        auto opened = DnsServer::open(std::move(config), catalog_,
                                      {&first_.context(), &second_.context()}, metrics_, logger_);
        if (!opened) return opened.error();
        server_ = std::move(opened.value());
        return success();
    }
    void start(DnsConfig config = {}) {
        const auto opened = open(std::move(config));
        ASSERT_TRUE(opened) << opened.error().message();
    }
    SocketAddress address(std::size_t listener = 0) const {
        return server_->addresses().at(listener);
    }

    Read ask_udp(const Ask& ask) {
        const Socket socket(SOCK_DGRAM, address());
        socket.send(packet_of(ask));
        return read_answer(socket.receive());
    }

    // Waits until a counter of other threads has its value.
    template <class Metric>
    void expect_soon(const Metric* metric, double value) {
        for (int i = 0; i < kPatienceMs && metric->Value() != value; ++i) poll(nullptr, 0, 1);
        EXPECT_EQ(metric->Value(), value);
    }

    prometheus::Registry registry_;
    DnsMetrics metrics_{registry_};
    SharedCatalog catalog_;
    std::shared_ptr<spdlog::logger> logger_ =
        std::make_shared<spdlog::logger>("dns", std::make_shared<spdlog::sinks::null_sink_mt>());
    IoThread first_{"dns-test-1"};
    IoThread second_{"dns-test-2"};
    std::unique_ptr<DnsServer> server_;

    void run() {
        if (std::exchange(running_, true)) return;
        first_.start();
        second_.start();
    }

private:
    bool running_ = false;
};

Ask ask(const std::string& name, const std::string& type = "A", std::uint16_t edns = 0) {
    return {.name = name, .type = type_of(type), .edns = edns, .subnet = {}};
}

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
    const Socket other(SOCK_DGRAM);
    DnsConfig config;
    config.listeners = {{"127.0.0.1", other.port()}};
    const auto opened = open(config);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message().find(fmt::format("127.0.0.1:{} (UDP)", other.port())),
              std::string::npos);
    EXPECT_NE(opened.error().message().find("ports.dns"), std::string::npos);
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

TEST_F(ServerTest, RecursorsAreAskedInOrderUntilOneAnswers) {
    FakeRecursor silent([](const Bytes&) { return Bytes(); });
    FakeRecursor failing([](const Bytes& query) { return FakeRecursor::with_rcode(query, 2); });
    FakeRecursor good([](const Bytes& query) { return FakeRecursor::with_address(query, 9); });
    FakeRecursor unused([](const Bytes& query) { return FakeRecursor::with_address(query, 1); });
    DnsConfig config;
    // Nothing listens on the first: its port was free a moment ago.
    const std::uint16_t closed = Socket(SOCK_DGRAM).port();
    config.recursors = {fmt::format("127.0.0.1:{}", closed), silent.address(), failing.address(),
                        good.address(), unused.address()};
    config.recursor_timeout = 100ms;
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

TEST_F(ServerTest, WithoutAnyRecursorsAnswerTheClientGetsServfail) {
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

TEST_F(ServerTest, NxdomainOfARecursorIsAnAnswer) {
    FakeRecursor knows_not([](const Bytes& query) { return FakeRecursor::with_rcode(query, 3); });
    FakeRecursor unused([](const Bytes& query) { return FakeRecursor::with_address(query, 1); });
    DnsConfig config;
    config.recursors = {knows_not.address(), unused.address()};
    start(config);
    run();
    EXPECT_EQ(ask_udp(ask("www.example.com")).rcode, "NXDOMAIN");
    EXPECT_EQ(unused.asked(), 0);
}

TEST_F(ServerTest, ForgedAnswersAreIgnoredAndIdsAndPortsVary) {
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
    config.recursor_timeout = 50ms;
    start(config);
    run();
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(ask_udp(ask("www.example.com")).answer.at(0), "www.example.com. 60 A 192.0.2.9");
    EXPECT_EQ(metrics_.recursor_bogus->Value(), 8);
    EXPECT_GT(ids.size(), 6u);
    EXPECT_GT(forging.ports().size(), 4u);
}

TEST_F(ServerTest, TruncatedAnswersAreFetchedByTcpForTcpClients) {
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

TEST_F(ServerTest, ExternalAddressesOfServicesAreResolved) {
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

TEST_F(ServerTest, RecursorsInFlightAreBounded) {
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

TEST_F(ServerTest, ItDoesNotAskItself) {
    const std::uint16_t port = Socket(SOCK_DGRAM).port();
    DnsConfig config;
    config.listeners = {{"127.0.0.1", port}};
    config.recursors = {fmt::format("127.0.0.1:{}", port)};
    const auto opened = open(config);
    if (!opened) GTEST_SKIP() << "the port was taken meanwhile";
    run();
    EXPECT_EQ(ask_udp(ask("www.example.com")).rcode, "REFUSED");
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
