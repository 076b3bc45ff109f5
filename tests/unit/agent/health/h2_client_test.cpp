#include "agent/health/h2_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "agent/io/deadline.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view kSettings = "\0\0\0\4\0\0\0\0\0"sv;
constexpr std::string_view kUnknown = "\0\0\0\xbe\0\0\0\0\0"sv;

// A peer that answers no request but goes on sending frames of a type that nobody knows. Each step
// ends at once, so that no cancellation ever meets a wait.
class Babbler final : public ByteStream {
public:
    explicit Babbler(std::size_t piece_max) : piece_max_(piece_max) {}

    asio::awaitable<Result<std::size_t>> read_some(asio::mutable_buffer buffer) override {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (text_.empty()) {
            for (int i = 0; i < 100; ++i) text_ += kUnknown;
        }
        const std::size_t size = std::min({piece_max_, buffer.size(), text_.size()});
        std::memcpy(buffer.data(), text_.data(), size);
        text_.erase(0, size);
        co_return size;
    }
    asio::awaitable<Result<void>> write(std::string_view) override {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        co_return success();
    }

private:
    std::size_t piece_max_;
    std::string text_{kSettings};
};

}  // namespace

TEST(H2Client, APeerThatGoesOnSendingDoesNotOutliveTheTimeout) {
    asio::io_context context(1);
    // So little at a time that the limit of bytes is far.
    const auto ended = run(context, within(20ms, h2_ping(std::make_unique<Babbler>(1))));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::Timeout);
}

TEST(H2Client, WhatComesWithoutAnAnswerIsBounded) {
    asio::io_context context(1);
    const auto pinged = run(context, within(60s, h2_ping(std::make_unique<Babbler>(900))));
    ASSERT_FALSE(pinged);
    EXPECT_EQ(pinged.error().code, Errc::Limit);
    EXPECT_EQ(pinged.error().message(), "HTTP/2: more than 1048576 bytes came without an answer");
    const H2Headers headers = {{":method", "POST"}, {":scheme", "http"}, {":path", "/"}};
    const auto asked =
        run(context, within(60s, h2_request(std::make_unique<Babbler>(900), headers, "body")));
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::Limit);
}

}  // namespace weft::agent
