#include "gossip/net/dialer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/write.hpp>

#include "agent/base/shortened.hpp"
#include "agent/io/clock.hpp"
#include "gossip/wire/compressed.hpp"
#include "tests/unit/gossip/net/stream_testing.hpp"

namespace weft::gossip {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;

class DialerTest : public StreamTest {
protected:
    using Lines = std::vector<std::string>;

    // What the owner is told of one dial.
    Lines dial(const Endpoint& to, std::string message, Duration limit = 10s,
               bool wants_answer = true) {
        client_.owner.lines.clear();
        dialer_.start({DialId(1), to, std::move(message), wants_answer, now() + limit});
        EXPECT_TRUE(client_.owner.lines.empty());
        EXPECT_TRUE(until(context_, [&] {
            return !client_.owner.lines.empty() && client_.owner.lines.back() != "1 opened";
        }));
        return client_.owner.lines;
    }
    std::uint64_t failures(DialFailure kind) const {
        return client_.counters.dials_failed[static_cast<std::size_t>(kind)];
    }
    // Reads what comes, sends the bytes, and closes unless it is to stay.
    void serve_bytes(std::string bytes, bool stays = false) {
        acceptor_.emplace(context_,
                          asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
        at_ = endpoint("127.0.0.1", acceptor_->local_endpoint().port());
        acceptor_->async_accept([this, bytes, stays](auto error, asio::ip::tcp::socket socket) {
            ASSERT_FALSE(error);
            peer_.emplace(std::move(socket));
            peer_->async_read_some(asio::buffer(read_), [this, bytes, stays](auto, std::size_t) {
                asio::write(*peer_, asio::buffer(bytes));
                if (!stays) peer_.reset();
            });
        });
    }

    std::optional<asio::ip::tcp::acceptor> acceptor_;
    std::optional<asio::ip::tcp::socket> peer_;
    std::array<char, 1024> read_;
};

}  // namespace

// Whichever step of a dial it meets: connecting, writing, waiting for an answer.
TEST_F(DialerTest, EndsWhenItIsClosed) {
    asio::ip::tcp::acceptor silent(context_, {asio::ip::make_address("127.0.0.1"), 0});
    const Endpoint at = endpoint("127.0.0.1", silent.local_endpoint().port());
    for (int turns = 0; turns < 10; ++turns) {
        SCOPED_TRACE(turns);
        Dialer dialer(context_.get_executor(), endpoint("127.0.0.1"), client_.io, client_.owner);
        dialer.start({DialId(1), at, ping_message(7), true, now() + 1h});
        TaskScope closers(context_.get_executor());
        closers.spawn(close_after(turns, dialer));
        ASSERT_TRUE(until(context_, [&] { return closers.running() == 0; }));
    }
}

TEST_F(DialerTest, SendsAndIsAnswered) {
    server_.owner.answer = [](const StreamMessage& message) {
        return ack_message(std::get<Ping>(message).sequence);
    };
    listen();
    EXPECT_THAT(dial(at_, ping_message(7)), ElementsAre("1 opened", "1 answered ack 7"));
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.1 ping 7"));
    EXPECT_EQ(client_.counters.dials, 1u);
    EXPECT_EQ(client_.counters.dials_opened, 1u);
    EXPECT_EQ(client_.counters.dials_answered, 1u);
    EXPECT_EQ(server_.counters.streams_accepted, 1u);
    EXPECT_EQ(server_.counters.stream_bytes_received, client_.counters.stream_bytes_sent);
}

TEST_F(DialerTest, LargeMessagesGoInAllLayersBothWays) {
    const std::string key(32, 'k');
    std::string message;
    append_user_message(message, std::string(3 << 20, 'x') + "end");
    ASSERT_TRUE(server_.keyring.add(key));
    ASSERT_TRUE(client_.keyring.add(key));
    server_.config.label = client_.config.label = "ring";
    server_.owner.answer = [&](const StreamMessage&) { return message; };
    listen();
    EXPECT_THAT(dial(at_, message), ElementsAre("1 opened", "1 answered user 3145731 bytes"));
    EXPECT_LT(client_.counters.stream_bytes_sent, 1u << 20);  // compressed
    client_.limits.compress = server_.limits.compress = false;
    EXPECT_THAT(dial(at_, message), ElementsAre("1 opened", "1 answered user 3145731 bytes"));
    EXPECT_GT(client_.counters.stream_bytes_received, 3u << 20);
}

TEST_F(DialerTest, AnEmptyMessageOnlySeesWhetherItOpens) {
    listen();
    EXPECT_THAT(dial(at_, ""), ElementsAre("1 opened", "1 sent"));
    EXPECT_TRUE(until(context_, [&] { return server_.counters.streams_broken == 1; }));
    EXPECT_TRUE(server_.owner.lines.empty());
}

TEST_F(DialerTest, WithoutAnAnswerDueTheMessageArrivesAllTheSame) {
    listen();
    EXPECT_THAT(dial(at_, ping_message(7), 10s, false), ElementsAre("1 opened", "1 sent"));
    EXPECT_TRUE(until(context_, [&] { return !server_.owner.lines.empty(); }));
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.1 ping 7"));
}

TEST_F(DialerTest, LeavesFromTheAddressThatTheAgentIsBoundTo) {
    listen();
    Dialer other(context_.get_executor(), endpoint("127.0.0.9"), client_.io, client_.owner);
    other.start({DialId(2), at_, ping_message(7), false, now() + 10s});
    EXPECT_TRUE(until(context_, [&] { return !server_.owner.lines.empty(); }));
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.9 ping 7"));
    scope_.spawn(other.close());
    EXPECT_TRUE(until(context_, [&] { return scope_.running() == 1; }));
}

TEST_F(DialerTest, NobodyListens) {
    asio::ip::tcp::socket bound(context_, {asio::ip::make_address("127.0.0.1"), 0});
    const Endpoint to = endpoint("127.0.0.1", bound.local_endpoint().port());
    EXPECT_THAT(dial(to, ping_message(7)), ElementsAre("1 refused: connection refused"));
    EXPECT_EQ(failures(DialFailure::Refused), 1u);
}

TEST_F(DialerTest, NoRouteLeadsThere) {
    // From a loopback address no other network is reached.
    EXPECT_THAT(dial(endpoint("192.0.2.1", 1), ping_message(7)),
                ElementsAre(testing::StartsWith("1 unreachable: ")));
    EXPECT_EQ(failures(DialFailure::Unreachable), 1u);
}

TEST_F(DialerTest, NothingIsHeardInTime) {
    // Its queue is full: it drops the handshakes of others.
    asio::ip::tcp::acceptor full(context_);
    full.open(asio::ip::tcp::v4());
    full.bind({asio::ip::make_address("127.0.0.1"), 0});
    full.listen(0);
    const Endpoint to = endpoint("127.0.0.1", full.local_endpoint().port());
    RawClient fills_it(context_, to);
    EXPECT_THAT(dial(to, ping_message(7), 50ms), ElementsAre("1 silent: no connection in time"));
    EXPECT_THAT(dial(to, ping_message(7), -1s), ElementsAre("1 silent: no connection in time"));
    EXPECT_EQ(failures(DialFailure::Silent), 2u);
}

TEST_F(DialerTest, OpenWithoutAWholeAnswer) {
    serve_bytes("");
    EXPECT_THAT(dial(at_, ping_message(7)),
                ElementsAre("1 opened", "1 unanswered: the peer closed the stream"));
    serve_bytes(ack_message(7).substr(0, 5));
    EXPECT_THAT(dial(at_, ping_message(7)),
                ElementsAre("1 opened", "1 unanswered: the peer closed the stream"));
    serve_bytes(ack_message(7).substr(0, 5), true);
    EXPECT_THAT(dial(at_, ping_message(7), 50ms),
                ElementsAre("1 opened", "1 unanswered: no answer in time"));
    EXPECT_EQ(failures(DialFailure::Unanswered), 3u);
}

TEST_F(DialerTest, TheAnswerCannotBeReadOrIsAnError) {
    serve_bytes("\xc1garbage");
    EXPECT_THAT(
        dial(at_, ping_message(7)),
        ElementsAre("1 opened", "1 garbled: " + make_error_code(WireErrc::UnknownType).message()));
    std::string error;
    encode_message(error, ErrorAnswer{"go away"});
    serve_bytes(error);
    EXPECT_THAT(dial(at_, ping_message(7)), ElementsAre("1 opened", "1 garbled: go away"));
    EXPECT_EQ(failures(DialFailure::Garbled), 2u);
}

// It goes into lines of the log and answers of the API.
TEST_F(DialerTest, OfALongErrorTheBeginningIsTold) {
    const std::string text(100'000, 'y');
    std::string error;
    encode_message(error, ErrorAnswer{text});
    std::string compressed;
    append_compressed(compressed, error);
    serve_bytes(compressed);
    EXPECT_THAT(dial(at_, ping_message(7)),
                ElementsAre("1 opened", "1 garbled: " + shortened(text)));
}

// The owner's line names the peer and the remedy; what the peer itself says needs neither.
TEST_F(DialerTest, AnAnswerByAnotherKeyIsToldToTheOwner) {
    ASSERT_TRUE(server_.keyring.add(std::string(16, 'k')));
    ASSERT_TRUE(client_.keyring.add(std::string(16, 'x')));
    listen();
    const std::string why = make_error_code(WireErrc::Undecryptable).message();
    EXPECT_THAT(dial(at_, ping_message(7)), ElementsAre("1 opened", "1 garbled: " + why));
    EXPECT_THAT(client_.owner.refused, ElementsAre(at_.str() + ": " + why));

    std::string error;
    encode_message(error, ErrorAnswer{"go away"});
    client_.keyring = {};
    serve_bytes(error);
    EXPECT_THAT(dial(at_, ping_message(7)), ElementsAre("1 opened", "1 garbled: go away"));
    EXPECT_THAT(client_.owner.refused, testing::SizeIs(1));
}

TEST_F(DialerTest, NotMoreAtOnceThanTheLimit) {
    client_.limits.dials_max = 2;
    listen();
    for (int i = 1; i <= 3; ++i) dialer_.start({DialId(i), at_, "", true, now() + 10s});
    EXPECT_TRUE(until(context_, [&] { return client_.owner.lines.size() >= 5; }));
    EXPECT_EQ(failures(DialFailure::Unreachable), 1u);
    EXPECT_EQ(client_.counters.dials_opened, 2u);
}

TEST_F(DialerTest, WhatOthersHoldDoesNotRefuseAnAnswer) {
    client_.limits.bytes_max = 300'000;
    StreamIo::Held of_others(client_.io);
    of_others.add(300'000);
    serve_bytes(ack_message(7));
    EXPECT_THAT(dial(at_, ping_message(7)), ElementsAre("1 opened", "1 answered ack 7"));

    StreamIo::Held own(client_.io, StreamIo::Opener::Self);
    own.add(100'000);
    serve_bytes(ack_message(7));
    EXPECT_THAT(dial(at_, ping_message(7)),
                ElementsAre("1 opened", "1 garbled: too many streams at once"));
}

TEST_F(DialerTest, WhatIsCutOffByTheEndIsNotTold) {
    serve_bytes("", true);
    dialer_.start({DialId(1), at_, ping_message(7), true, now() + 10s});
    EXPECT_TRUE(until(context_, [&] { return peer_.has_value(); }));
    end();
    EXPECT_THAT(client_.owner.lines, ElementsAre("1 opened"));
}

}  // namespace weft::gossip
