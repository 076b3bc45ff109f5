#pragma once

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
#include "api/dns/server.hpp"
#include "tests/unit/api/dns/dns_testing.hpp"

// A server over loopback, and sockets to talk with it.
namespace weft::api::testing {

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
        EXPECT_TRUE(first_.start());
        EXPECT_TRUE(second_.start());
    }

private:
    bool running_ = false;
};

inline Ask ask(const std::string& name, const std::string& type = "A", std::uint16_t edns = 0) {
    return {.name = name, .type = type_of(type), .edns = edns, .subnet = {}};
}

}  // namespace weft::api::testing
