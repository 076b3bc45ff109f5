#include "gossip/net/ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gossip/net/metrics.hpp"
#include "tests/support/run_coroutine.hpp"
#include "tests/unit/gossip/net/stream_testing.hpp"

namespace weft::gossip {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

// An agent, with a line for each of its events that tests look for.
struct Agent {
    std::unique_ptr<Ring> ring;
    std::vector<std::string> lines;

    void hear(const Event& event) {
        if (const auto* joined = std::get_if<event::MemberJoined>(&event))
            lines.push_back("joined " + joined->member->name);
        if (const auto* left = std::get_if<event::MemberLeft>(&event))
            lines.push_back("left " + left->member->name);
        if (const auto* user = std::get_if<event::UserEvent>(&event))
            lines.push_back(fmt::format("event {} {}", user->name, user->payload));
        if (const auto* failed = std::get_if<event::JoinFinished>(&event);
            failed && !failed->joined)
            lines.push_back("not joined: " + failed->error);
        if (const auto* answer = std::get_if<event::QueryAnswered>(&event))
            lines.push_back(fmt::format("answer {} {}", answer->from, answer->payload));
        // From within an event.
        if (const auto* query = std::get_if<event::QueryReceived>(&event)) {
            const auto answered = ring->call([&](Node& node, Instant at, Output& out) {
                return node.answer(query->time, query->id, query->payload + "!", at, out);
            });
            EXPECT_TRUE(answered) << answered.error().message();
        }
    }
};

RingConfig config_of(std::string name, std::string_view address) {
    RingConfig config;
    config.node.name = std::move(name);
    config.bind = endpoint(address);
    config.leave_propagate_delay = 0ms;
    set_local(config.node);
    return config;
}

class RingTest : public testing::Test {
protected:
    Agent& start(RingConfig config, Keyring keyring = {}) {
        agents_.push_back(std::make_unique<Agent>());
        Agent& agent = *agents_.back();
        auto opened = Ring::open(
            context_.get_executor(), std::move(config), std::move(keyring),
            [&agent](const Event& event) { agent.hear(event); }, nullptr);
        EXPECT_TRUE(opened) << opened.error().message();
        agent.ring = std::move(opened.value());
        scope_.spawn(agent.ring->run());
        return agent;
    }
    Agent& start(std::string name, std::string_view address = "127.0.0.1") {
        return start(config_of(std::move(name), address));
    }
    static void join(Agent& agent, const Agent& seed) {
        const Endpoint at = seed.ring->advertised();
        agent.ring->call([&](Node& node, Instant now, Output& out) {
            node.join({&at, 1}, true, now, out);
        });
    }
    bool hears(const Agent& agent, const std::string& line) {
        return until(context_, [&] {
            return std::find(agent.lines.begin(), agent.lines.end(), line) != agent.lines.end();
        });
    }
    void TearDown() override {
        context_.restart();
        EXPECT_TRUE(run(context_, close()));
    }
    asio::awaitable<Result<int>> close() {
        co_await scope_.close();
        co_return 0;
    }

    asio::io_context context_{1};
    std::vector<std::unique_ptr<Agent>> agents_;
    TaskScope scope_{context_.get_executor()};
};

Keyring keyring_of(char letter) {
    Keyring keyring;
    EXPECT_TRUE(keyring.add(std::string(32, letter)));
    return keyring;
}

}  // namespace

TEST_F(RingTest, AgentsMeetTalkAndPart) {
    for (const auto address : {"127.0.0.1", "::1"}) {
        Agent& a = start("a", address);
        Agent& b = start("b", address);
        join(b, a);
        EXPECT_TRUE(hears(a, "joined b"));
        EXPECT_TRUE(hears(b, "joined a"));

        const auto fired = a.ring->call([](Node& node, Instant at, Output& out) {
            return node.fire_event("deploy", "v2", false, at, out);
        });
        EXPECT_TRUE(fired) << fired.error().message();
        EXPECT_TRUE(hears(b, "event deploy v2"));

        bool left = false;
        scope_.spawn([](Ring& ring, bool* done) -> asio::awaitable<void> {
            co_await ring.leave();
            *done = true;
        }(*b.ring, &left));
        EXPECT_TRUE(until(context_, [&] { return left; }));
        EXPECT_TRUE(hears(a, "left b"));
        a.ring->node().check_invariants();
    }
}

TEST_F(RingTest, AnEventMayBeAnsweredFromWithin) {
    Agent& a = start("a");
    Agent& b = start("b");
    join(b, a);
    EXPECT_TRUE(hears(a, "joined b"));
    EXPECT_TRUE(hears(b, "joined a"));
    QueryParams params;
    params.name = "echo";
    params.payload = "hello";
    const auto asked = a.ring->call(
        [&](Node& node, Instant at, Output& out) { return node.ask(params, at, out); });
    EXPECT_TRUE(asked) << asked.error().message();
    EXPECT_TRUE(hears(a, "answer b hello!"));
    EXPECT_TRUE(hears(a, "answer a hello!"));
}

TEST_F(RingTest, EncryptedAndLabelledRingsWorkTheSame) {
    const auto make = [&](const char* name) -> Agent& {
        auto config = config_of(name, "127.0.0.1");
        config.label = "ours";
        return start(config, keyring_of('k'));
    };
    Agent& a = make("a");
    Agent& b = make("b");
    join(b, a);
    EXPECT_TRUE(hears(a, "joined b"));
    EXPECT_TRUE(hears(b, "joined a"));
    EXPECT_EQ(a.ring->counters().datagrams_refused.total(), 0u);
}

TEST_F(RingTest, ARingIsEncryptedStepByStep) {
    const auto make = [&](const char* name, bool takes_plain, bool sends_plain, Keyring keyring) {
        auto config = config_of(name, "127.0.0.1");
        config.accepts_plain = takes_plain;
        config.sends_plain = sends_plain;
        return &start(config, std::move(keyring));
    };
    Agent* without_key = make("without", false, false, {});
    Agent* first = make("first", true, true, keyring_of('k'));
    Agent* second = make("second", true, false, keyring_of('k'));
    Agent* third = make("third", false, false, keyring_of('k'));
    join(*first, *without_key);
    EXPECT_TRUE(hears(*first, "joined without"));
    EXPECT_TRUE(hears(*without_key, "joined first"));
    join(*second, *first);
    EXPECT_TRUE(hears(*second, "joined first"));
    EXPECT_TRUE(hears(*first, "joined second"));
    join(*third, *second);
    EXPECT_TRUE(hears(*third, "joined second"));
    EXPECT_TRUE(hears(*second, "joined third"));
    EXPECT_EQ(first->ring->counters().datagrams_refused.total(), 0u);
    EXPECT_EQ(second->ring->counters().datagrams_refused.total(), 0u);
}

TEST_F(RingTest, AnotherKeyIsRefusedAndCounted) {
    Agent& a = start(config_of("a", "127.0.0.1"), keyring_of('k'));
    Agent& b = start(config_of("b", "127.0.0.1"), keyring_of('x'));
    join(b, a);
    EXPECT_TRUE(until(context_, [&] { return !b.lines.empty(); }));
    // The refusal itself is sealed with a key that it does not have.
    EXPECT_THAT(b.lines.at(0), HasSubstr("not joined"));
    EXPECT_EQ(a.ring->counters().streams_refused.of(WireErrc::Undecryptable), 1u);
    EXPECT_EQ(a.ring->node().members().size(), 1u);

    Agent& c = start(config_of("c", "127.0.0.1"));
    join(c, a);
    EXPECT_TRUE(until(context_, [&] { return !c.lines.empty(); }));
    EXPECT_EQ(a.ring->counters().streams_refused.of(WireErrc::NotEncrypted), 1u);
}

TEST_F(RingTest, GarbageAndFloodsAreCounted) {
    auto config = config_of("a", "127.0.0.1");
    config.sources.burst = 8;
    config.sources.per_second = 1;
    Agent& a = start(std::move(config));
    NetCounters counters;
    const auto stranger =
        UdpSocket::open(context_.get_executor(), endpoint("127.0.0.1"), counters).value();
    const std::vector<UdpSocket::Datagram> flood(20, {a.ring->local(), "\x07"});
    stranger->send(flood);
    const NetCounters& counted = a.ring->counters();
    EXPECT_TRUE(until(context_, [&] { return counted.datagrams_received == flood.size(); }));
    EXPECT_EQ(counted.datagrams_refused.of(WireErrc::Truncated), 8u);
    EXPECT_EQ(counted.datagrams_limited, 12u);
    EXPECT_EQ(a.ring->node().counters().messages_received, 0u);
}

TEST_F(RingTest, ADatagramOfManyMessagesCostsAsMany) {
    auto config = config_of("a", "127.0.0.1");
    config.sources.burst = 8;
    config.sources.per_second = 1;
    Agent& a = start(std::move(config));
    NetCounters counters;
    const auto stranger =
        UdpSocket::open(context_.get_executor(), endpoint("127.0.0.1"), counters).value();
    std::string nack;
    encode_message(nack, Nack{16});
    const std::vector<std::string_view> messages(PacketWriter::kPartsMax, nack);
    const PacketConfig plain;
    Keyring no_keys;
    PacketWriter writer(plain, no_keys);
    std::string datagram;
    writer.write(datagram, messages, {});
    const std::vector<UdpSocket::Datagram> flood(5, {a.ring->local(), datagram});
    stranger->send(flood);
    const NetCounters& counted = a.ring->counters();
    EXPECT_TRUE(until(context_, [&] { return counted.datagrams_received == flood.size(); }));
    EXPECT_EQ(counted.datagrams_limited, 3u);
    EXPECT_EQ(a.ring->node().counters().messages_received, 2 * messages.size());
}

TEST_F(RingTest, ManyPortsOfOneAddressAreNotManyShares) {
    auto config = config_of("a", "127.0.0.1");
    config.sources.burst = 8;
    config.sources.address_burst = 10;
    config.sources.per_second = config.sources.address_per_second = 1;
    Agent& a = start(std::move(config));
    NetCounters counters;
    const std::vector<UdpSocket::Datagram> flood(8, {a.ring->local(), "\x07"});
    for (int port = 0; port < 3; ++port) {
        const auto stranger =
            UdpSocket::open(context_.get_executor(), endpoint("127.0.0.1"), counters).value();
        stranger->send(flood);
    }
    const NetCounters& counted = a.ring->counters();
    EXPECT_TRUE(until(context_, [&] { return counted.datagrams_received == 24; }));
    EXPECT_EQ(counted.datagrams_refused.of(WireErrc::Truncated), 10u);
    EXPECT_EQ(counted.datagrams_address_limited, 14u);
    EXPECT_EQ(counted.datagrams_limited, 0u);
}

TEST_F(RingTest, AJoinThatFailsSaysWhy) {
    Agent& a = start("a");
    asio::ip::tcp::socket bound(context_, {asio::ip::make_address("127.0.0.1"), 0});
    const Endpoint nobody = endpoint("127.0.0.1", bound.local_endpoint().port());
    a.ring->call([&](Node& node, Instant now, Output& out) {
        node.join({&nobody, 1}, true, now, out);
    });
    EXPECT_TRUE(hears(a, "not joined: connection refused"));
}

TEST_F(RingTest, KeepsItsTime) {
    Agent& a = start("a");
    EXPECT_TRUE(until(context_, [&] { return a.ring->counters().ticks >= 3; }));
    EXPECT_GT(a.ring->node().next_deadline(), now() - 5s);
    EXPECT_GE(a.ring->counters().late_total, a.ring->counters().late_max);

    // As if the machine had something better to do.
    const auto before = a.ring->counters();
    const Instant late = a.ring->node().next_deadline() + 20ms;
    while (now() < late) continue;
    EXPECT_TRUE(until(context_, [&] { return a.ring->counters().ticks > before.ticks; }));
    EXPECT_GE(a.ring->counters().late_max, 20ms);
}

// In its long form it would be another agent to peers that know the short one.
TEST_F(RingTest, IPv4IsAdvertisedInItsShortForm) {
    auto config = config_of("a", "127.0.0.1");
    config.node.advertise = endpoint("::ffff:127.0.0.1");
    Agent& a = start(std::move(config));
    EXPECT_EQ(a.ring->advertised(), a.ring->local());
    config = config_of("b", "127.0.0.1");
    config.node.advertise = endpoint("::ffff:0.0.0.0");
    Agent& b = start(std::move(config));
    EXPECT_EQ(b.ring->advertised(), b.ring->local());
    join(b, a);
    EXPECT_TRUE(hears(a, "joined b"));
    const auto members = a.ring->node().members();
    const bool are_short = std::all_of(members.begin(), members.end(), [](const auto& view) {
        return view.member->endpoint.address.is_v4();
    });
    EXPECT_TRUE(are_short);
}

TEST_F(RingTest, WhoIsAloneLeavesAtOnce) {
    auto config = config_of("a", "127.0.0.1");
    config.leave_propagate_delay = 1h;
    Agent& a = start(std::move(config));
    bool left = false;
    scope_.spawn([](Ring& ring, bool* done) -> asio::awaitable<void> {
        co_await ring.leave();
        *done = true;
    }(*a.ring, &left));
    EXPECT_TRUE(until(context_, [&] { return left; }));
    EXPECT_TRUE(a.ring->node().is_leaving());
}

TEST_F(RingTest, TheNodeHearsThatNobodyListens) {
    Agent& a = start("a");
    TaskScope of_b(context_.get_executor());
    Agent b;
    b.ring = Ring::open(
                 context_.get_executor(), config_of("b", "127.0.0.1"), {},
                 [&b](const Event& event) { b.hear(event); }, nullptr)
                 .value();
    of_b.spawn(b.ring->run());
    join(b, a);
    EXPECT_TRUE(hears(a, "joined b"));
    // As when its process is killed.
    bool is_closed = false;
    scope_.spawn([](TaskScope& scope, bool* done) -> asio::awaitable<void> {
        co_await scope.close();
        *done = true;
    }(of_b, &is_closed));
    EXPECT_TRUE(until(context_, [&] { return is_closed; }));
    b.ring.reset();
    EXPECT_TRUE(until(context_, [&] { return a.ring->counters().ports_unreachable > 0; }));
    EXPECT_TRUE(until(context_, [&] {
        return a.ring->counters().dials_failed[static_cast<std::size_t>(DialFailure::Refused)] > 0;
    }));
}

TEST_F(RingTest, WhatCannotBeOpenedSaysWhy) {
    const auto error = [&](RingConfig config) {
        const auto opened = Ring::open(
            context_.get_executor(), std::move(config), {}, [](const Event&) {}, nullptr);
        return opened ? "opened" : opened.error().message();
    };
    auto config = config_of("a", "0.0.0.0");
    EXPECT_THAT(error(config), HasSubstr("no address that others could reach"));
    config = config_of("", "127.0.0.1");
    EXPECT_THAT(error(config), HasSubstr("needs a name"));
    config = config_of("a", "127.0.0.1");
    config.bind = start("b").ring->local();
    EXPECT_THAT(error(config), HasSubstr("address already in use"));
    config = config_of("a", "127.0.0.1");
    config.label = std::string(256, 'x');
    EXPECT_THAT(error(config), HasSubstr("at most 255 bytes"));
}

}  // namespace weft::gossip
