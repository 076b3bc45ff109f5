#include "gossip/net/stream_listener.hpp"

#include <gtest/gtest.h>

#include <list>

#include "gossip/wire/packet.hpp"
#include "tests/unit/gossip/net/stream_testing.hpp"

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class StreamListenerTest : public StreamTest {
protected:
    // What the listener says to these bytes before it closes, read by the keys of our end.
    std::string answer_to(std::string_view bytes) {
        RawClient client(context_, at_);
        return answer_to(bytes, client);
    }
    std::string answer_to(std::string_view bytes, RawClient& client) {
        client.send(bytes);
        const std::string answer = client.received();
        if (answer.empty()) return "nothing";
        StreamReader reader = client_.io.reader(StreamSide::Initiator);
        const auto message = reader.add(answer);
        if (!message) return message.error().code.message();
        return message.value() ? FakeOwner::summary(*message.value()) : "half a message";
    }
    std::string error(WireErrc reason) { return "error " + make_error_code(reason).message(); }
    std::uint64_t refused(WireErrc reason) const {
        return server_.counters.streams_refused.of(reason);
    }
};

const std::string kKey(16, 'k');

}  // namespace

TEST_F(StreamListenerTest, AnswersAndCloses) {
    server_.owner.answer = [](const StreamMessage&) { return ack_message(7); };
    listen("::1");
    EXPECT_EQ(answer_to(ping_message(7)), "ack 7");
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted ::1 ping 7"));
}

TEST_F(StreamListenerTest, ClosesWithoutAnAnswerWhenNoneIsDue) {
    listen();
    EXPECT_EQ(answer_to(ping_message(7)), "nothing");
    EXPECT_EQ(server_.counters.streams_broken, 0u);
}

TEST_F(StreamListenerTest, SaysWhatItCannotRead) {
    listen();
    EXPECT_EQ(answer_to("\xc1garbage"), error(WireErrc::UnknownType));
    EXPECT_EQ(answer_to(std::string("\x09\x82\xa4"
                                    "Algo\x07\xa3"
                                    "Buf\xa1x",
                                    14)),
              error(WireErrc::UnknownType));
    EXPECT_EQ(refused(WireErrc::UnknownType), 2u);
    EXPECT_EQ(answer_to("\x0a"), error(WireErrc::Encrypted));
    EXPECT_EQ(refused(WireErrc::Encrypted), 1u);
    std::string labelled;
    append_label(labelled, "other");
    EXPECT_EQ(answer_to(labelled + ping_message(7)), error(WireErrc::WrongLabel));
    EXPECT_EQ(refused(WireErrc::WrongLabel), 1u);
    EXPECT_TRUE(server_.owner.lines.empty());
}

TEST_F(StreamListenerTest, SaysItEvenToOneWhoGoesOnSending) {
    listen();
    EXPECT_EQ(answer_to("\xc1" + std::string(300'000, 'x')), error(WireErrc::UnknownType));
}

TEST_F(StreamListenerTest, RefusesWhatClaimsToBeTooLarge) {
    listen();
    for (const std::int64_t nodes : {std::int64_t{1} << 30, std::int64_t{-1}}) {
        PushPullHeader header;
        header.nodes = nodes;
        std::string head;
        append_push_pull_head(head, header, IntDialect::Signed);
        EXPECT_EQ(answer_to(head), error(WireErrc::TooLarge)) << nodes;
    }
    EXPECT_EQ(refused(WireErrc::TooLarge), 2u);
}

TEST_F(StreamListenerTest, KeysKeepOthersOut) {
    ASSERT_TRUE(server_.keyring.add(kKey));
    ASSERT_TRUE(client_.keyring.add(kKey));
    listen();
    EXPECT_EQ(answer_to(ping_message(7)), error(WireErrc::NotEncrypted));
    EXPECT_EQ(answer_to(std::string("\x0a\xff\xff\xff\xff", 5)), error(WireErrc::TooLarge));

    StreamEnd stranger;
    ASSERT_TRUE(stranger.keyring.add(std::string(16, 'x')));
    const std::string sealed = stranger.io.in_layers(ping_message(7), StreamSide::Initiator);
    EXPECT_EQ(answer_to(sealed), error(WireErrc::Undecryptable));
    EXPECT_EQ(refused(WireErrc::Undecryptable), 1u);

    EXPECT_EQ(answer_to(client_.io.in_layers(ping_message(7), StreamSide::Initiator)), "nothing");
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.1 ping 7"));
}

TEST_F(StreamListenerTest, APeerThatGoesAwayIsNoRefusal) {
    listen();
    RawClient client(context_, at_);
    client.send(ping_message(7).substr(0, 3));
    client.close();
    EXPECT_TRUE(until(context_, [&] { return server_.counters.streams_broken == 1; }));
    EXPECT_EQ(server_.counters.streams_refused.total(), 0u);
}

TEST_F(StreamListenerTest, ASilentPeerIsClosedInTime) {
    listen("127.0.0.1", 50ms);
    RawClient client(context_, at_);
    client.send(ping_message(7).substr(0, 3));
    EXPECT_EQ(client.received(), "");
    EXPECT_EQ(server_.counters.streams_timed_out, 1u);
}

// On whichever turn of the loop the end falls: also when the next one was just accepted.
TEST_F(StreamListenerTest, EndsWhileOthersWaitToBeAccepted) {
    for (int turns = 0; turns < 6; ++turns) {
        SCOPED_TRACE(turns);
        Acceptor acceptor(context_, {boost::asio::ip::make_address("127.0.0.1"), 0});
        const Endpoint at = endpoint("127.0.0.1", acceptor.local_endpoint().port());
        StreamListener listener(std::move(acceptor), 10s, 7, server_.io, server_.owner);
        TaskScope listeners(context_.get_executor());
        listeners.spawn(listener.run());
        context_.restart();
        context_.poll();
        std::list<RawClient> clients;
        for (int i = 0; i < 4; ++i) clients.emplace_back(context_, at);
        TaskScope closers(context_.get_executor());
        closers.spawn(close_after(turns, listeners));
        ASSERT_TRUE(until(context_, [&] { return closers.running() == 0; }));
    }
}

TEST_F(StreamListenerTest, NotMoreAtOnceThanTheLimits) {
    server_.limits.streams_max = 2;
    server_.limits.streams_per_address_max = 2;
    listen();
    RawClient first(context_, at_);
    {
        RawClient second(context_, at_);
        EXPECT_TRUE(until(context_, [&] { return server_.counters.streams_accepted == 2; }));
        EXPECT_EQ(answer_to(ping_message(7)), "nothing");
        EXPECT_EQ(server_.counters.streams_over_limit, 1u);
    }
    // Its place is free again.
    EXPECT_TRUE(until(context_, [&] { return server_.counters.streams_broken == 1; }));
    EXPECT_EQ(answer_to(ping_message(7)), "nothing");
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.1 ping 7"));
}

TEST_F(StreamListenerTest, OneAddressDoesNotTakeAllPlaces) {
    server_.limits.streams_per_address_max = 1;
    listen();
    RawClient first(context_, at_);
    EXPECT_TRUE(until(context_, [&] { return server_.counters.streams_accepted == 1; }));
    RawClient second(context_, at_);
    EXPECT_EQ(second.received(), "");
    EXPECT_EQ(server_.counters.streams_over_source_limit, 1u);
}

// Each is at once over, so that the places at a time limit nothing.
TEST_F(StreamListenerTest, OneAddressDoesNotOpenThemWithoutEnd) {
    server_.limits.streams_burst = 3;
    server_.limits.streams_per_second = 1;
    server_.owner.answer = [](const StreamMessage&) { return ack_message(7); };
    listen();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(answer_to(ping_message(7)), "ack 7");
    EXPECT_EQ(answer_to(ping_message(7)), "nothing");
    EXPECT_EQ(server_.counters.streams_over_rate, 1u);
    EXPECT_EQ(server_.counters.streams_accepted, 3u);
    EXPECT_THAT(server_.owner.lines, testing::SizeIs(3));
}

TEST_F(StreamListenerTest, OneAddressHoldsNotMoreThanAThird) {
    server_.limits.bytes_max = 300'000;
    listen();
    std::string message;
    append_user_message(message, std::string(80'000, 'x'));
    RawClient first(context_, at_);
    first.send(std::string_view(message).substr(0, 60'000));
    EXPECT_TRUE(until(context_, [&] { return server_.counters.stream_bytes_received == 60'000; }));
    EXPECT_EQ(answer_to(message), "error too many streams at once");
    EXPECT_EQ(server_.counters.streams_over_bytes_limit, 1u);
    // What was refused is not held any more.
    first.send(std::string_view(message).substr(60'000));
    EXPECT_EQ(first.received(), "");
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.1 user 80000 bytes"));
}

TEST_F(StreamListenerTest, AllAddressesHoldNotMoreThanTwoThirds) {
    server_.limits.bytes_max = 300'000;
    listen();
    std::string message;
    append_user_message(message, std::string(90'000, 'x'));
    RawClient first(context_, at_, "127.0.0.1");
    RawClient second(context_, at_, "127.0.0.2");
    RawClient third(context_, at_, "127.0.0.3");
    first.send(std::string_view(message).substr(0, 80'000));
    second.send(std::string_view(message).substr(0, 80'000));
    EXPECT_TRUE(until(context_, [&] { return server_.counters.stream_bytes_received == 160'000; }));
    EXPECT_EQ(answer_to(message, third), "error too many streams at once");
    EXPECT_EQ(server_.counters.streams_over_bytes_limit, 1u);
    second.send(std::string_view(message).substr(80'000));
    EXPECT_EQ(second.received(), "");
    EXPECT_THAT(server_.owner.lines, ElementsAre("accepted 127.0.0.2 user 90000 bytes"));
}

}  // namespace weft::gossip
