#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/io/task_scope.hpp"
#include "gossip/net/dialer.hpp"
#include "gossip/net/stream_listener.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft::gossip {

inline Endpoint endpoint(std::string_view address, int port = 0) {
    return {*IpAddress::parse(address), static_cast<std::uint16_t>(port)};
}

// Lets the context work until something has happened; false after ten seconds.
template <class Condition>
bool until(boost::asio::io_context& context, Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        context.restart();
        if (context.run_one_until(deadline) == 0) return condition();
    }
    return true;
}

// Closes a scope, or what has one, after some turns of the loop: to meet each step of what it ends.
template <class Closable>
boost::asio::awaitable<void> close_after(int turns, Closable& closable) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (int i = 0; i < turns; ++i)
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
    co_await closable.close();
}

// Answers as it is told, and keeps a line of each call.
class FakeOwner final : public StreamOwner {
public:
    std::vector<std::string> lines;
    std::vector<std::string> refused;
    std::function<std::string(const StreamMessage&)> answer = [](const StreamMessage&) {
        return std::string();
    };

    std::string stream_accepted(const Endpoint& from, const StreamMessage& message) override {
        lines.push_back(fmt::format("accepted {} {}", from.address.str(), summary(message)));
        return answer(message);
    }
    void stream_refused(const Endpoint& from, const Error& error) override {
        refused.push_back(from.str() + ": " + error.message());
    }
    void dial_opened(DialId id) override { lines.push_back(fmt::format("{} opened", id.get())); }
    void dial_sent(DialId id) override { lines.push_back(fmt::format("{} sent", id.get())); }
    void dial_answered(DialId id, const StreamMessage& message) override {
        lines.push_back(fmt::format("{} answered {}", id.get(), summary(message)));
    }
    void dial_failed(DialId id, DialFailure failure, std::string_view why) override {
        lines.push_back(fmt::format("{} {}: {}", id.get(), name_of(failure), why));
    }

    static std::string_view name_of(DialFailure failure) {
        constexpr std::array<std::string_view, 5> kNames{"refused", "unreachable", "silent",
                                                         "unanswered", "garbled"};
        return kNames[static_cast<std::size_t>(failure)];
    }
    static std::string summary(const StreamMessage& message) {
        if (const auto* ping = std::get_if<Ping>(&message))
            return fmt::format("ping {}", ping->sequence);
        if (const auto* ack = std::get_if<Ack>(&message))
            return fmt::format("ack {}", ack->sequence);
        if (const auto* user = std::get_if<UserMessage>(&message))
            return fmt::format("user {} bytes", user->blob.size());
        if (const auto* error = std::get_if<ErrorAnswer>(&message))
            return fmt::format("error {}", error->text);
        return "push/pull";
    }
};

// One end: what an agent has for its streams.
struct StreamEnd {
    NetCounters counters;
    StreamConfig config;
    StreamLimits limits;
    Keyring keyring;
    NonceSource nonces;
    FakeOwner owner;
    StreamIo io{config, limits, {keyring, keyring}, nonces, counters};
};

// Speaks bytes, and reads until the other end closes.
class RawClient {
public:
    RawClient(boost::asio::io_context& context, const Endpoint& to) : socket_(context) {
        connect(to);
    }
    // From that address of this machine.
    RawClient(boost::asio::io_context& context, const Endpoint& to, std::string_view from)
        : socket_(context, {boost::asio::ip::make_address(from), 0}) {
        connect(to);
    }

    // Goes out while the context works; a peer that takes no more is fine.
    void send(std::string_view bytes) {
        sending_.emplace_back(bytes);
        boost::asio::async_write(socket_, boost::asio::buffer(sending_.back()),
                                 [](boost::system::error_code, std::size_t) {});
    }
    void close() { socket_.close(); }
    // What came before the end.
    std::string received() {
        bool ended = false;
        auto on_end = [&ended](boost::system::error_code, std::size_t) { ended = true; };
        boost::asio::async_read(socket_, boost::asio::dynamic_buffer(text_), on_end);
        auto& context = static_cast<boost::asio::io_context&>(socket_.get_executor().context());
        EXPECT_TRUE(until(context, [&] { return ended; }));
        return text_;
    }

private:
    void connect(const Endpoint& to) {
        socket_.connect({boost::asio::ip::make_address(to.address.str()), to.port});
    }

    boost::asio::ip::tcp::socket socket_;
    std::list<std::string> sending_;
    std::string text_;
};

class StreamTest : public testing::Test {
protected:
    using Acceptor = boost::asio::ip::tcp::acceptor;

    void listen(std::string_view address = "127.0.0.1",
                Duration timeout = std::chrono::seconds(10)) {
        Acceptor acceptor(context_, {boost::asio::ip::make_address(address), 0});
        at_ = endpoint(address, acceptor.local_endpoint().port());
        listener_ = std::make_unique<StreamListener>(std::move(acceptor), timeout, 7, server_.io,
                                                     server_.owner);
        scope_.spawn(listener_->run());
    }
    void TearDown() override { end(); }
    void end() {
        context_.restart();
        EXPECT_TRUE(run(context_, close()));
    }

    boost::asio::awaitable<Result<int>> close() {
        co_await dialer_.close();
        co_await scope_.close();
        co_return 0;
    }

    boost::asio::io_context context_{1};
    StreamEnd server_;
    StreamEnd client_;
    Endpoint at_;
    std::unique_ptr<StreamListener> listener_;
    Dialer dialer_{context_.get_executor(), endpoint("127.0.0.1"), client_.io, client_.owner};
    TaskScope scope_{context_.get_executor()};
};

inline std::string ping_message(std::uint32_t sequence) {
    std::string message;
    encode_message(message, Ping{.sequence = sequence,
                                 .node = "n",
                                 .source_address = {},
                                 .source_port = 0,
                                 .source_node = {}});
    return message;
}

inline std::string ack_message(std::uint32_t sequence) {
    std::string message;
    encode_message(message, Ack{.sequence = sequence, .payload = {}});
    return message;
}

}  // namespace weft::gossip
